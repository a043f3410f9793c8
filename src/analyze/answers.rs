//! Questions about texts that many spans share: each text is asked once.

/// Answers so far, by the number of the text.
#[derive(Debug, Default)]
pub struct Answers {
    /// 0 for a text that was not asked, 1 for no, 2 for yes.
    known: Vec<u8>,
}

impl Answers {
    #[inline(always)]
    pub fn get(&mut self, number: usize, ask: impl FnOnce() -> bool) -> bool {
        if self.known.len() <= number {
            self.known.resize(number + 1, 0);
        }
        if self.known[number] == 0 {
            self.known[number] = 1 + u8::from(ask());
        }
        self.known[number] == 2
    }
}
