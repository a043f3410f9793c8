/**
 * The shapes that travel between the worker, the state and the views. What the package answers has the package's own
 * types; the rest is the page's.
 *
 * @typedef {import('./pkg/index.js').Row} Row
 * @typedef {import('./pkg/index.js').SpanDetails} SpanDetails
 * @typedef {import('./pkg/index.js').Attribute} Attribute
 * @typedef {import('./pkg/index.js').TraceSummary} TraceSummary
 * @typedef {import('./pkg/index.js').SpanKind} SpanKind
 * @typedef {import('./pkg/index.js').Summary} Summary
 * @typedef {import('./pkg/index.js').Explanation} Explanation
 * @typedef {import('./pkg/index.js').SpanContext} SpanContext
 * @typedef {import('./pkg/index.js').Sampling} Sampling
 * @typedef {import('./format.js').TimeMode} TimeMode
 *
 * @typedef {import('./pkg/index.js').Finding} Finding
 * @typedef {import('./pkg/index.js').Action} Action
 * @typedef {import('./pkg/index.js').BudgetStatement} BudgetStatement
 * @typedef {ReturnType<import('./pkg/index.js').Trace['budgets']>} Budgets
 * @typedef {ReturnType<import('./pkg/index.js').Trace['advice']>} Advice
 * @typedef {import('./pkg/index.js').InputReport} InputReport
 * @typedef {import('./pkg/index.js').Warning} Warning
 * @typedef {import('./pkg/index.js').Position} Position
 * @typedef {ReturnType<import('./pkg/index.js').Trace['verdictParts']>[number]} VerdictPart
 * @typedef {ReturnType<import('./pkg/index.js').Trace['pathByService']>[number]} PathPart
 * @typedef {ReturnType<import('./pkg/index.js').Trace['ticks']>[number]} Tick
 * @typedef {'start' | 'duration' | 'errors'} SortOrder
 * @typedef {import('./pkg/index.js').Group} Group
 * @typedef {import('./pkg/index.js').LogLine} LogLine
 * @typedef {import('./pkg/index.js').Frame} Frame
 * @typedef {import('./pkg/index.js').ServiceGraph} ServiceGraph
 * @typedef {import('./pkg/index.js').MapNode} MapNode
 * @typedef {import('./pkg/index.js').MapEdge} MapEdge
 */

/**
 * @typedef {object} ServiceLook how a service is told apart
 * @property {number} hue 1 to 8; 0: neutral
 * @property {'plain' | 'dots' | 'lines'} texture
 */

/**
 * @typedef {object} Preferences kept in the browser; no data
 * @property {TimeMode} timeMode
 * @property {'auto' | 'light' | 'dark'} theme
 * @property {'auto' | 'more' | 'normal'} contrast auto: as the system says
 * @property {'compact' | 'normal' | 'roomy'} rows
 * @property {number} nameWidth pixels; 0: as the stylesheet says
 * @property {number} durationWidth pixels; 0: as the stylesheet says
 * @property {number} detailsWidth pixels
 * @property {boolean} letterKeys whether single letters do something outside the rows
 * @property {boolean} grouped whether alike spans beside each other are one row
 * @property {boolean} squeezed whether long idle stretches take little room
 */

/**
 * Something to read: the bytes stay in a Blob (a File is a handle on the disk), so that they can be read again.
 * @typedef {object} InputSpec
 * @property {number} id
 * @property {string} name
 * @property {Blob | null} blob null for a sample
 * @property {string | null} sample
 * @property {string | null} format null: guess
 * @property {boolean} pasted
 */

/**
 * @typedef {object} Overview everything about what was read that the page shows at once
 * @property {Summary} summary
 * @property {string[]} services
 * @property {ServiceLook[]} looks
 * @property {InputReport[]} inputs
 * @property {number[]} sizes bytes, by input
 * @property {Warning[]} warnings
 * @property {{id: string, name: string}[]} formats
 */

/**
 * @typedef {object} Verdict where the time went
 * @property {VerdictPart[]} parts
 * @property {PathPart[]} path
 */

/**
 * @typedef {object} OpenTrace the chosen trace
 * @property {number} index
 * @property {TraceSummary} summary
 * @property {Verdict | null} verdict null: to be asked for
 * @property {number} topNs duration of the span the verdict speaks of
 * @property {{own: number, above: number}} errors
 * @property {number} extentNs
 * @property {number} rowCount
 * @property {number} events lines of logs among them
 * @property {readonly {fromNs: number, toNs: number}[]} idle long stretches in which no span works
 * @property {ReturnType<import('./pkg/index.js').Trace['spanCounts']>} counts spans by service and kind
 */

/**
 * @typedef {object} Alignment what aligning the clocks of a trace moves
 * @property {number} spans how many spans are moved
 * @property {readonly {host: string, against: string, byNs: number, giveNs: number, reason: string, spans: NamedSpans}[]} moves by host and shift
 * @property {readonly {text: string, spans: NamedSpans}[]} refused what stays although something speaks for a shift
 * @property {{from: number, to: number}} whole the stretch of time that holds all spans, where they were recorded and where they are moved to
 * @property {readonly {fromNs: number, toNs: number}[]} idle long stretches in which no span works then
 */

/**
 * @typedef {object} NamedSpans
 * @property {number} count
 * @property {readonly {span: number, label: string}[]} first of them
 */

/**
 * @typedef {object} Found
 * @property {string} query
 * @property {Uint32Array} spans those that match, in tree order
 * @property {{at: number, message: string} | null} problem what is wrong with the query
 */

/**
 * @typedef {object} Selection what the rows of a trace are made of
 * @property {number | null} root
 * @property {readonly number[]} hiddenServices
 * @property {readonly SpanKind[]} hiddenKinds
 * @property {boolean} only
 * @property {boolean} pathAlone
 * @property {boolean} grouped
 */

/**
 * @typedef {object} Choice what of the state is chosen by hand
 * @property {boolean} onlyFound
 * @property {readonly number[]} hiddenServices
 * @property {readonly SpanKind[]} hiddenKinds
 * @property {boolean} pathAlone
 */

/**
 * @typedef {object} Explained what was found in a trace
 * @property {number} index the trace
 * @property {Finding[]} findings
 * @property {Advice} advice
 * @property {string} markdown
 * @property {AsyncWork} work what the request did not wait for
 */

/**
 * @typedef {object} AsyncWork
 * @property {number} count pieces of work
 * @property {readonly AsyncPiece[]} pieces the longest first; not all where there are very many
 */

/**
 * @typedef {object} AsyncPiece
 * @property {'message' | 'follows' | 'link' | 'none'} edge
 * @property {{span: number, service: string, name: string} | null} from what caused it, in the open trace
 * @property {number} trace that it is in
 * @property {string | null} elsewhere the id of that trace when it is another one
 * @property {{span: number, service: string, name: string}} work its first span
 * @property {number | null} waitNs from the end of its cause to its start
 * @property {number} totalNs
 * @property {readonly {span: number, service: string, name: string, ns: number}[]} path the longest parts of its own critical path
 */

/**
 * @typedef {ReturnType<import('./pkg/index.js').TraceSet['tracePoints']>} TracePoints
 */

/**
 * @typedef {object} TraceBox nanoseconds, both ends included
 * @property {readonly [number, number]} startNs since the first trace's start
 * @property {readonly [number, number]} durationNs
 */

/**
 * @typedef {object} TraceFilter which traces the list has
 * @property {string} words
 * @property {boolean} failed only those with an error
 * @property {TraceBox | null} box
 */

/**
 * @typedef {object} Progress
 * @property {'read' | 'index'} phase
 * @property {string} name
 * @property {number} done bytes
 * @property {number} total bytes
 */

/**
 * @typedef {object} Excerpt a place in an input
 * @property {string} input its name
 * @property {number} line from 1
 * @property {number} column from 1
 * @property {string} before
 * @property {string} marked
 * @property {string} after
 * @property {string[]} following the lines after it, when they were asked for
 */

/**
 * @typedef {object} SpanAnswer all about a span
 * @property {SpanDetails} details
 * @property {number} topNs the duration of the top it stands under
 * @property {string | null} topName that top's name; null when it is the one the verdict speaks of
 * @property {string | null} parentName
 * @property {number} children
 * @property {number} dragNs how much sooner its top would have ended without it
 * @property {{clarity: string, rival: string, rivals: number} | null} step what is doubtful about its step of the critical path
 * @property {number} slackNs how much later it could have ended before its top ended later; infinite when nothing waits for it
 * @property {number} shiftNs how far it is or would be moved when the clocks of the hosts are aligned; 0 where nothing tells of a difference
 * @property {Sampling | null} sampling what the trace state says about it
 * @property {Excerpt | null} excerpt its place in the input
 */

/**
 * @typedef {object} StatisticsAnswer
 * @property {number} groups how many
 * @property {{count: number, errors: number, totalNs: number, selfNs: number, criticalNs: number, maxNs: number}} all sums over all groups
 * @property {{totalNs: number, selfNs: number, criticalNs: number}} largest of a group
 */

/**
 * @typedef {object} FlameAnswer
 * @property {number} frames how many
 * @property {number} depth rows
 * @property {number} wholeNs what the whole width stands for
 */

/**
 * @typedef {object} FlamePicture
 * @property {import('./pkg/index.js').FlameRectangle[]} rectangles
 */

/**
 * @typedef {object} LogAnswer
 * @property {number} count lines in all
 * @property {number} shown lines that the filter leaves
 * @property {number[]} levels how many of each, from those that say nothing to fatal
 * @property {number} exceptions
 */

/**
 * @typedef {object} Problem why something could not be opened
 * @property {string} kind
 * @property {string} message
 * @property {Excerpt | null} excerpt
 * @property {string} name what could not be opened
 */

/**
 * @typedef {{kind: 'headers', text: string, explanations: Explanation[]} | {kind: 'traces', overview: Omit<Overview, 'looks'>, failed: {id: number, problem: Problem}[]}} Opened
 */


/**
 * What views may ask for; app.js says which part does it.
 * @typedef {object} Intents
 * @property {(text: string) => void} openText
 * @property {(files: readonly File[]) => void} openFiles
 * @property {(id: string) => void} openSample
 * @property {(id: number) => void} removeInput
 * @property {(id: number, format: string | null) => void} chooseFormat reads an input again as another format; null: guess
 * @property {() => void} cancel
 * @property {() => void} goStart shows the box
 * @property {() => void} goBack leaves the box for what is open
 * @property {(draft: string) => void} setDraft
 * @property {(index: number) => void} selectTrace
 * @property {(sort: SortOrder) => void} setSort
 * @property {(changes: Partial<TraceFilter>) => void} filterTraces
 * @property {(choices: Readonly<Record<string, string>>) => void} setChoices what is chosen in the tab that is shown
 * @property {(tab: import('./tabs.js').TabId) => void} setTab
 * @property {(span: number | null) => void} select
 * @property {(span: number) => void} openDetails
 * @property {() => void} closeDetails
 * @property {(format: 'svg' | 'png') => void} savePicture saves the view as a picture
 * @property {() => void} saveOneFile saves the viewer with what is open as one HTML file
 * @property {(text: string) => void} setBudgets
 * @property {(spans: readonly number[]) => void} mark
 * @property {(trace: number, spans: readonly number[]) => void} markIn marks spans of a trace, which is opened for it
 * @property {(traceId: string, spanId: string) => void} follow goes to a span by its ids
 * @property {(what: Parameters<import('./worker.js').EngineType['expand']>[1]) => void} expand
 * @property {(range: {from: number, to: number} | null) => void} setRange
 * @property {(aligned: boolean) => void} align moves spans so that clocks agree, or shows them as recorded
 * @property {(query: string) => void} find
 * @property {(direction: 1 | -1, focusRow: boolean) => void} stepFound goes to the next match
 * @property {(changes: Partial<Choice>) => void} choose which rows are shown
 * @property {(span: number | null) => void} focusOn shows a subtree alone; null: all spans
 * @property {() => void} showAll hides nothing any more
 * @property {() => void} prepareSearch the box has got the focus
 * @property {() => void} focusRows
 * @property {(changes: Partial<Preferences>) => void} setPreferences
 * @property {(open: boolean) => void} showKeys
 * @property {(open: boolean) => void} showPalette
 * @property {() => void} dismiss takes the error away
 * @property {(parent: SpanContext | null) => void} newContext
 */

export {};
