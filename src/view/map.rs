//! Where the boxes of a service map stand: in layers from left to right, callers before callees.
//!
//! ```text
//!  layer 0    layer 1     layer 2
//!  gateway ─► checkout ─► orders (postgresql)       the longest way from an entry gives the layer;
//!     └─────────────────► auth                      an edge over several layers has a place in each, so that it passes between boxes
//! ```
//! Edges that close a cycle are taken the other way around for this. Within a layer boxes and edges are ordered by the middle of
//! what they are connected with, in a few sweeps to and fro (barycenter method, Sugiyama and others 1981). No recursion.

use crate::analyze::service_graph::ServiceGraph;

/// Sweeps of ordering; more change little.
const SWEEPS: usize = 12;
/// Places that edges have in layers they pass; with more than that they go straight.
const MOST_PLACES: usize = 20_000;

/// The place of a box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// From the left, from 0.
    pub layer: u32,
    /// From above, from 0; boxes of one layer are at least 1 apart.
    pub row: f64,
}

/// Places of boxes and ways of edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// By node.
    pub nodes: Vec<Place>,
    /// By edge: places that it passes on the way from caller to callee, without both ends.
    pub edges: Vec<Vec<Place>>,
    /// How many layers.
    pub layers: u32,
    /// How many rows.
    pub rows: f64,
}

/// A box, or an edge in a layer that it passes.
#[derive(Clone, Copy)]
struct Item {
    layer: u32,
    order: u32,
}

/// Lays the graph out.
pub fn layout(graph: &ServiceGraph) -> Layout {
    let count = graph.nodes.len();
    let pairs: Vec<(usize, usize)> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    let forward = without_cycles(count, &pairs);
    let layers = longest_ways(count, &forward);
    let mut items: Vec<Item> = layers.iter().map(|layer| Item { layer: *layer, order: 0 }).collect();
    let mut links: Vec<(u32, u32)> = Vec::new();
    let mut passes: Vec<std::ops::Range<usize>> = Vec::with_capacity(pairs.len());
    let long: usize = forward.iter().map(|(from, to)| layers[*to].saturating_sub(layers[*from]) as usize).sum();
    for (from, to) in &forward {
        let first = items.len();
        let mut last = *from as u32;
        if from != to && long <= MOST_PLACES {
            for layer in layers[*from] + 1..layers[*to] {
                let item = items.len() as u32;
                items.push(Item { layer, order: 0 });
                links.push((last, item));
                last = item;
            }
        }
        if from != to {
            links.push((last, *to as u32));
        }
        passes.push(first..items.len());
    }
    let depth = layers.iter().max().map_or(0, |last| last + 1);
    let columns = order(&mut items, &links, depth);
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |item: usize| {
        let Item { layer, order } = items[item];
        // Shorter layers stand in the middle.
        f64::from(order) + (tallest - columns[layer as usize].len()) as f64 / 2.0
    };
    let place = |item: usize| Place { layer: items[item].layer, row: row(item) };
    let edges = passes.into_iter().zip(&pairs).zip(&forward).map(|((passed, pair), forward)| {
        let mut way: Vec<Place> = passed.map(place).collect();
        if pair != forward {
            way.reverse();
        }
        way
    });
    Layout { edges: edges.collect(), nodes: (0..count).map(place).collect(), layers: depth, rows: tallest as f64 }
}

/// The edges, those that lead back to where the search came from turned around.
fn without_cycles(count: usize, pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut first = vec![0_usize; count + 1];
    for (from, _) in pairs {
        first[from + 1] += 1;
    }
    for node in 0..count {
        first[node + 1] += first[node];
    }
    // Edges come by caller.
    let mut called = vec![false; count];
    pairs.iter().filter(|(from, to)| from != to).for_each(|(_, to)| called[*to] = true);
    let mut forward = pairs.to_vec();
    let mut state = vec![0_u8; count];
    let mut next = first.clone();
    // From what nobody calls first.
    for start in (0..count).filter(|node| !called[*node]).chain(0..count) {
        if state[start] != 0 {
            continue;
        }
        let mut stack = vec![start];
        state[start] = 1;
        while let Some(&node) = stack.last() {
            let edge = next[node];
            if edge == first[node + 1] {
                state[node] = 2;
                stack.pop();
                continue;
            }
            next[node] += 1;
            let to = pairs[edge].1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push(to);
                }
                1 => forward[edge] = (to, node),
                _ => {}
            }
        }
    }
    forward
}

/// The longest way to each node from one that has none before it.
fn longest_ways(count: usize, edges: &[(usize, usize)]) -> Vec<u32> {
    let mut waiting = vec![0_u32; count];
    let mut after: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        waiting[*to] += 1;
        after[*from].push(*to as u32);
    }
    let mut layers = vec![0_u32; count];
    let mut ready: Vec<u32> = (0..count as u32).filter(|node| waiting[*node as usize] == 0).collect();
    while let Some(node) = ready.pop() {
        for &to in &after[node as usize] {
            layers[to as usize] = layers[to as usize].max(layers[node as usize] + 1);
            waiting[to as usize] -= 1;
            if waiting[to as usize] == 0 {
                ready.push(to);
            }
        }
    }
    layers
}

/// Orders every layer; the items of each.
fn order(items: &mut [Item], links: &[(u32, u32)], depth: u32) -> Vec<Vec<u32>> {
    let mut columns: Vec<Vec<u32>> = vec![Vec::new(); depth as usize];
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); items.len()];
    let mut after: Vec<Vec<u32>> = vec![Vec::new(); items.len()];
    for (from, to) in links {
        before[*to as usize].push(*from);
        after[*from as usize].push(*to);
    }
    for index in 0..items.len() {
        let column = &mut columns[items[index].layer as usize];
        items[index].order = column.len() as u32;
        column.push(index as u32);
    }
    for sweep in 0..SWEEPS {
        let rightwards = sweep % 2 == 0;
        let neighbours = if rightwards { &before } else { &after };
        for step in 0..columns.len() {
            let column = &mut columns[if rightwards { step } else { depth as usize - 1 - step }];
            let middle = |item: u32| {
                let near = &neighbours[item as usize];
                let sum: u64 = near.iter().map(|other| u64::from(items[*other as usize].order)).sum();
                // In parts of a row; what is connected with nothing stays.
                if near.is_empty() {
                    u64::from(items[item as usize].order) << 16
                } else {
                    (sum << 16) / near.len() as u64
                }
            };
            let mut keys: Vec<(u64, u32)> =
                (0..).zip(column.iter()).map(|(place, item)| (middle(*item), place)).collect();
            keys.sort_unstable();
            let sorted: Vec<u32> = keys.iter().map(|(_, place)| column[*place as usize]).collect();
            *column = sorted;
            for (place, item) in (0..).zip(column.iter()) {
                items[*item as usize].order = place;
            }
        }
    }
    columns
}
