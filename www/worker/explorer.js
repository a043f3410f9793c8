/**
 * The part of the worker that answers for the views over many spans at once. One of each is kept, the last one asked
 * for: a view asks window by window.
 */

/** @import { FlameAnswer, FlamePicture, Group, LogAnswer, LogLine, StatisticsAnswer, Attribute } from '../types.js' */

/** @typedef {import('../pkg/index.js').Trace} Trace */
/** @typedef {import('../pkg/index.js').TraceSet} TraceSet */
/** @typedef {Parameters<import('../pkg/index.js').Statistics['sort']>[0]} StatisticsColumn */

/** @template {{free(): void}} Thing */
class Kept {
    #key = "";
    /** @type {Thing | null} */
    #thing = null;

    /**
     * The thing of this key, made anew when another one was asked for before.
     * @param {string} key
     * @param {() => Thing} make
     */
    get(key, make) {
        if (this.#thing === null || this.#key !== key) {
            this.#thing?.free();
            this.#thing = null;
            this.#thing = make();
            this.#key = key;
        }
        return this.#thing;
    }

    get last() {
        if (this.#thing === null) throw new Error("nothing was asked for");
        return this.#thing;
    }
}

/** @abstract */
export class Explorer {
    /** @type {Kept<import('../pkg/index.js').Statistics>} */
    #statistics = new Kept();
    /** @type {Kept<import('../pkg/index.js').Logs>} */
    #logs = new Kept();
    /** @type {Kept<import('../pkg/index.js').Flame>} */
    #flame = new Kept();
    /** @type {Kept<import('../pkg/index.js').ServiceMap>} */
    #map = new Kept();

    /**
     * @abstract
     * @param {number} index
     * @returns {Trace}
     */
    traceOf(index) {
        throw new Error(`trace ${index} is not open`);
    }

    /**
     * @abstract
     * @returns {TraceSet}
     */
    setOf() {
        throw new Error("nothing is open");
    }

    /**
     * @param {number | null} index null: all traces
     * @returns {Trace | TraceSet}
     */
    #scope(index) {
        return index === null ? this.setOf() : this.traceOf(index);
    }

    /**
     * @param {number | null} index null: all traces
     * @param {string} by
     * @param {string} column
     * @param {boolean} descending
     * @returns {StatisticsAnswer}
     */
    statistics(index, by, column, descending) {
        const statistics = this.#statistics.get(`${index} ${by}`, () => this.#scope(index).statistics({ by: /** @type {import('../pkg/index.js').GroupBy} */ (by) }));
        statistics.sort(/** @type {StatisticsColumn} */ (column), { descending });
        return { groups: statistics.groupCount, all: statistics.all(), largest: statistics.largest() };
    }

    /**
     * @param {number} from
     * @param {number} count
     * @returns {Group[]}
     */
    statisticsRows(from, count) {
        return this.#statistics.last.groups(from, count);
    }

    /**
     * @param {number} place
     * @param {number} preferred a trace
     */
    statisticsSpans(place, preferred) {
        return this.#statistics.last.spans(place, preferred);
    }

    statisticsCsv() {
        return this.#statistics.last.csv();
    }

    /** @param {number | null} index null: all traces */
    attributeKeys(index) {
        return this.#scope(index).attributeKeys();
    }

    /**
     * @param {number} index
     * @param {string} words
     * @param {string} level the least
     * @returns {LogAnswer}
     */
    logs(index, words, level) {
        const logs = this.#logOf(index);
        logs.filter({ words, level: /** @type {LogLine['level']} */ (level) });
        return { count: logs.count, shown: logs.shownCount, levels: logs.levels().map(({ count }) => count), exceptions: logs.exceptionCount() };
    }

    /**
     * @param {number} index
     * @param {number} from
     * @param {number} count
     * @returns {LogLine[]}
     */
    logRows(index, from, count) {
        return this.#logOf(index).lines(from, count);
    }

    /**
     * @param {number} index
     * @param {number} span
     * @param {number} place
     * @returns {Attribute[]}
     */
    logAttributes(index, span, place) {
        return this.#logOf(index).attributes({ span, place });
    }

    /**
     * @param {number | null} index null: all traces
     * @param {string} measure
     * @returns {FlameAnswer}
     */
    flame(index, measure) {
        const flame = this.#flame.get(`${index} ${measure}`, () => this.#scope(index).flame({ measure: /** @type {'self'} */ (measure) }));
        return { frames: flame.frameCount, depth: flame.depth, wholeNs: flame.wholeNs };
    }

    /**
     * @param {Parameters<import('../pkg/index.js').Flame['rectangles']>[0]} look
     * @returns {FlamePicture}
     */
    flamePicture(look) {
        return { rectangles: this.#flame.last.rectangles(look) };
    }

    /**
     * @param {number} from
     * @param {number} count
     */
    flameFrames(from, count) {
        return this.#flame.last.frames(from, count);
    }

    /** @param {number} frame */
    flameBefore(frame) {
        return this.#flame.last.frameBefore(frame);
    }

    /**
     * @param {number} frame
     * @param {number} preferred a trace
     */
    flameSpans(frame, preferred) {
        return this.#flame.last.spans(frame, preferred);
    }

    /**
     * A file of spans: made of parts, as it may be longer than the longest string.
     * @param {number | null} index null: all traces
     * @param {readonly number[] | Uint32Array | null} spans null: all of the trace
     */
    otlpJson(index, spans) {
        /** @type {Blob[]} */
        const parts = [];
        // Each part goes out of this memory at once.
        const write = (/** @type {Uint8Array<ArrayBuffer>} */ part) => void parts.push(new Blob([part]));
        if (index === null) this.setOf().writeOtlpJson(write);
        else this.traceOf(index).writeOtlpJson(write, spans ?? undefined);
        return new Blob(parts, { type: "application/json" });
    }

    /** @param {number | null} index null: all traces */
    serviceMap(index) {
        return this.#map.get(String(index), () => this.#scope(index).serviceMap()).graph();
    }

    /**
     * @param {'node' | 'edge'} kind
     * @param {number} index
     * @param {number} preferred a trace
     */
    mapSpans(kind, index, preferred) {
        return kind === "node" ? this.#map.last.spansOfNode(index, preferred) : this.#map.last.spansOfEdge(index, preferred);
    }

    /** @param {number} index */
    #logOf(index) {
        return this.#logs.get(String(index), () => this.traceOf(index).logs());
    }
}
