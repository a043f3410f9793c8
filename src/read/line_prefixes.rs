//! What stood before the lines of an input until it was taken away: names of services.

/// Names that stood before lines: of a container, a pod, a file.
#[derive(Debug, Default)]
pub struct LinePrefixes {
    pub names: Vec<String>,
    /// Offset of the first line of a run with the same name, and the number of the name.
    pub runs: Vec<(u32, u32)>,
}

/// No name of a service in a line's prefix.
pub const NO_NAME: u32 = u32::MAX;

impl LinePrefixes {
    /// What follows from this byte on has this name before it.
    pub fn begin(&mut self, offset: usize, name: Option<&str>) {
        let number = name.map_or(NO_NAME, |name| {
            let known = self.names.iter().rposition(|known| known == name);
            known.unwrap_or_else(|| {
                self.names.push(name.to_owned());
                self.names.len() - 1
            }) as u32
        });
        if self.runs.last().is_none_or(|(_, last)| *last != number) {
            self.runs.push((offset as u32, number));
        }
    }

    /// The name that stood before the line with this byte.
    pub fn name_at(&self, offset: usize) -> Option<&str> {
        let run = self.runs.partition_point(|(start, _)| *start as usize <= offset).checked_sub(1)?;
        self.names.get(self.runs[run].1 as usize).map(String::as_str)
    }
}
