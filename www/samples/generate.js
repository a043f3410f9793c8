/**
 * The large sample: an import of 238 batches of products, four at a time, 5,000 spans as OTLP/JSON. Made when asked
 * for, always the same to the byte, because four megabytes are not worth fetching.
 *
 *     POST /imports/{id}                      import-service, the root
 *     ├─ read manifest                        import-service
 *     └─ import batch        ×238, 4 lanes    import-service, 21 spans each:
 *        ├─ POST → POST /products:bulk        catalog
 *        │  ├─ POST → POST /prices            pricing  ── MGET (redis), SELECT price_lists
 *        │  └─ UPSERT products  ×8            catalog, one after the other
 *        ├─ POST → POST /_bulk                search
 *        ├─ PUT  → PUT /thumbnails            media    ── PutObject
 *        └─ send products.updated             import-service
 */

const BATCHES = 238;
const LANES = 4;

/** @typedef {{key: string, value: Record<string, string>}} Attribute */

/**
 * @typedef {object} GeneratedSpan
 * @property {string} service
 * @property {string} name
 * @property {number} kind
 * @property {number} at nanoseconds since the start of the trace
 * @property {number} length
 * @property {string} id
 * @property {string} parent
 * @property {Attribute[]} attributes
 * @property {string | null} error
 * @property {{name: string, at: number, attributes: Attribute[]}[]} events
 */

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;

/** @type {Record<string, Record<string, string>>} */
const RESOURCES = {
    "import-service": { "service.version": "2.3.0", "telemetry.sdk.language": "go" },
    catalog: { "service.version": "6.18.1", "telemetry.sdk.language": "java" },
    pricing: { "service.version": "4.0.9", "telemetry.sdk.language": "java" },
    search: { "service.version": "3.4.1", "telemetry.sdk.language": "java" },
    media: { "service.version": "1.27.0", "telemetry.sdk.language": "nodejs" },
};

/**
 * mulberry32: a small generator with a good enough spread, the same in every engine.
 * @param {number} seed
 */
function randomFrom(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}

/**
 * @param {Record<string, string | number | boolean>} record
 * @returns {Attribute[]}
 */
function attributesOf(record) {
    return Object.entries(record).map(([key, value]) => ({ key, value: { [typeof value === "number" ? "intValue" : "stringValue"]: String(value) } }));
}

/**
 * The trace as spans, in the order in which they were made.
 * @returns {{traceId: string, spans: GeneratedSpan[]}}
 */
export function generateSpans() {
    const random = randomFrom(20_261_122);
    const hex = (/** @type {number} */ digits) => {
        let text = "";
        while (text.length < digits) text += Math.floor(random() * 65_536).toString(16).padStart(4, "0");
        return text;
    };
    /** Milliseconds around a middle, with a tail to the slow side, in nanoseconds. */
    const around = (/** @type {number} */ middle) => Math.round(middle * (0.7 + 0.5 * random() + 0.9 * random() ** 8) * 1e3) * 1000;

    const traceId = hex(32);
    const spans = /** @type {GeneratedSpan[]} */ ([]);
    /**
     * @param {string} service
     * @param {string} name
     * @param {number} kind
     * @param {string} parent
     * @param {number} at
     * @param {Record<string, string | number | boolean>} attributes
     */
    const start = (service, name, kind, parent, at, attributes) => {
        /** @type {GeneratedSpan} */
        const span = { service, name, kind, parent, at, length: 0, id: hex(16), attributes: attributesOf(attributes), error: null, events: [] };
        spans.push(span);
        return span;
    };
    const call = (/** @type {string} */ method, /** @type {string} */ host, /** @type {string} */ path) => ({
        "http.request.method": method,
        "url.full": `http://${host}:8080${path}`,
        "server.address": host,
        "server.port": 8080,
        "http.response.status_code": 200,
    });
    const served = (/** @type {string} */ method, /** @type {string} */ route) => ({
        "http.request.method": method,
        "http.route": route,
        "url.path": route,
        "http.response.status_code": 200,
    });
    const query = (/** @type {string} */ system, /** @type {string} */ operation, /** @type {string} */ text) => ({
        "db.system.name": system,
        "db.operation.name": operation,
        "db.query.text": text,
        "server.address": system === "redis" ? "pricing-cache" : "catalog-db",
    });
    const GAP = 400_000;

    const root = start("import-service", "POST /imports/{id}", SERVER, "", 0, { ...served("POST", "/imports/{id}"), "app.import.batches": BATCHES });
    const manifest = start("import-service", "read manifest", INTERNAL, root.id, 2_000_000, { "app.import.rows": BATCHES * 8 });
    manifest.length = around(180);
    const begin = manifest.at + manifest.length + 1_000_000;
    const lanes = new Array(LANES).fill(begin);

    for (let number = 1; number <= BATCHES; number += 1) {
        const lane = lanes.indexOf(Math.min(...lanes));
        const slow = random() < 0.03;
        const batch = start("import-service", "import batch", INTERNAL, root.id, lanes[lane], { "app.batch.number": number, "app.batch.rows": 8 });
        let now = batch.at + GAP;

        const bulkCall = start("import-service", "POST", CLIENT, batch.id, now, call("POST", "catalog", "/products:bulk"));
        const bulk = start("catalog", "POST /products:bulk", SERVER, bulkCall.id, now + GAP, served("POST", "/products:bulk"));
        now = bulk.at + GAP;
        const pricesCall = start("catalog", "POST", CLIENT, bulk.id, now, call("POST", "pricing", "/prices"));
        const prices = start("pricing", "POST /prices", SERVER, pricesCall.id, now + GAP, served("POST", "/prices"));
        const cached = start("pricing", "MGET", CLIENT, prices.id, prices.at + GAP, query("redis", "MGET", "MGET price:? price:? price:?"));
        cached.length = around(2.4);
        const lists = start("pricing", "SELECT price_lists", CLIENT, prices.id, cached.at + cached.length + GAP, query("postgresql", "SELECT", "SELECT sku, cents FROM price_lists WHERE sku = ANY($1) AND valid_from <= now()"));
        lists.length = around(slow ? 260 : 14);
        prices.length = lists.at + lists.length + GAP - prices.at;
        pricesCall.length = prices.length + 2 * GAP;
        now = pricesCall.at + pricesCall.length + GAP;
        for (let row = 0; row < 8; row += 1) {
            const upsert = start("catalog", "UPSERT products", CLIENT, bulk.id, now, query("postgresql", "UPSERT", "INSERT INTO products (sku, title, cents) VALUES ($1, $2, $3) ON CONFLICT (sku) DO UPDATE SET title = $2, cents = $3"));
            upsert.length = around(9);
            now = upsert.at + upsert.length + GAP / 4;
        }
        bulk.length = now + GAP - bulk.at;
        bulkCall.length = bulk.length + 2 * GAP;
        now = bulkCall.at + bulkCall.length + GAP;

        // Search and media are asked at once; the batch ends with the later of them.
        const indexCall = start("import-service", "POST", CLIENT, batch.id, now, call("POST", "search", "/_bulk"));
        const index = start("search", "POST /_bulk", SERVER, indexCall.id, now + GAP, served("POST", "/_bulk"));
        index.length = around(22);
        indexCall.length = index.length + 2 * GAP;
        const imagesCall = start("import-service", "PUT", CLIENT, batch.id, now, call("PUT", "media", "/thumbnails"));
        const images = start("media", "PUT /thumbnails", SERVER, imagesCall.id, now + GAP, served("PUT", "/thumbnails"));
        const stored = start("media", "PutObject", CLIENT, images.id, images.at + around(6), { "rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": "PutObject", "aws.s3.bucket": "shop-media" });
        stored.length = around(31);
        images.length = stored.at + stored.length + GAP - images.at;
        imagesCall.length = images.length + 2 * GAP;
        if (random() < 0.02) {
            stored.error = "SlowDown: please reduce your request rate";
            stored.attributes.push(...attributesOf({ "error.type": "SlowDown" }));
            stored.events.push({ name: "exception", at: stored.at + stored.length, attributes: attributesOf({ "exception.type": "SlowDown", "exception.message": "Please reduce your request rate." }) });
            images.error = "thumbnail not stored";
            for (const attribute of images.attributes) if (attribute.key === "http.response.status_code") attribute.value = { intValue: "503" };
        }
        now = Math.max(indexCall.at + indexCall.length, imagesCall.at + imagesCall.length) + GAP;

        const sent = start("import-service", "send products.updated", PRODUCER, batch.id, now, { "messaging.system": "kafka", "messaging.destination.name": "products.updated", "messaging.operation.type": "send" });
        sent.length = around(3);
        batch.length = sent.at + sent.length + GAP - batch.at;
        lanes[lane] = batch.at + batch.length + GAP;
    }
    root.length = Math.max(...lanes) + 5_000_000;
    return { traceId, spans };
}

/**
 * The trace as OTLP/JSON.
 * @returns {Uint8Array}
 */
export function generateDocument() {
    const { traceId, spans } = generateSpans();
    const origin = BigInt(Date.UTC(2026, 10, 21, 2, 0, 0, 250)) * 1_000_000n;
    const time = (/** @type {number} */ ns) => String(origin + BigInt(ns));
    const groups = Object.entries(RESOURCES).map(([service, resource]) => ({
        resource: { attributes: attributesOf({ "service.name": service, ...resource, "deployment.environment.name": "production" }) },
        scopeSpans: [
            {
                scope: { name: "shop.instrumentation", version: "1.0.0" },
                spans: spans
                    .filter((span) => span.service === service)
                    .map((span) => ({
                        traceId,
                        spanId: span.id,
                        ...(span.parent === "" ? {} : { parentSpanId: span.parent }),
                        flags: 257,
                        name: span.name,
                        kind: span.kind,
                        startTimeUnixNano: time(span.at),
                        endTimeUnixNano: time(span.at + span.length),
                        attributes: span.attributes,
                        ...(span.events.length === 0 ? {} : { events: span.events.map((event) => ({ timeUnixNano: time(event.at), name: event.name, attributes: event.attributes })) }),
                        status: span.error === null ? {} : { code: 2, message: span.error },
                    })),
            },
        ],
    }));
    return new TextEncoder().encode(JSON.stringify({ resourceSpans: groups }));
}
