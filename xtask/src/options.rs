//! The few command-line options there are: `--flag` and `--name value`.

/// What follows the command; every known option is taken out, and what is left is a mistake.
pub(crate) struct Options {
    left: Vec<String>,
}

impl Options {
    pub(crate) fn new(arguments: Vec<String>) -> Self {
        Self { left: arguments }
    }

    /// Whether `name` was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.left.len();
        self.left.retain(|argument| argument != name);
        self.left.len() != before
    }

    /// The value of `name` (`--name value` or `--name=value`); the first one when given several times.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>, String> {
        let with_equals = format!("{name}=");
        let Some(at) = self.left.iter().position(|argument| argument == name || argument.starts_with(&with_equals))
        else {
            return Ok(None);
        };
        let found = self.left.remove(at);
        if let Some(value) = found.strip_prefix(&with_equals) {
            return Ok(Some(value.to_owned()));
        }
        if at == self.left.len() {
            return Err(format!("{name} needs a value."));
        }
        Ok(Some(self.left.remove(at)))
    }

    /// All values of an option that may be given several times.
    pub(crate) fn values(&mut self, name: &str) -> Result<Vec<String>, String> {
        let mut values = Vec::new();
        while let Some(value) = self.value(name)? {
            values.push(value);
        }
        Ok(values)
    }

    /// The value of `name` as a port number.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u16>, String> {
        match self.value(name)? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(format!("{name} needs a number from 0 to 65535, not `{text}`.")),
            },
        }
    }

    /// What no option took, as long as it does not look like one.
    pub(crate) fn words(self, command: &str) -> Result<Vec<String>, String> {
        match self.left.iter().find(|word| word.starts_with('-')) {
            None => Ok(self.left),
            Some(_) => self.finish(command).map(|()| Vec::new()),
        }
    }

    /// Refuses what no option took.
    pub(crate) fn finish(self, command: &str) -> Result<(), String> {
        match self.left.first() {
            None => Ok(()),
            Some(unknown) => {
                Err(format!("`{command}` does not know `{unknown}`; `cargo xtask help` lists the options."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Options {
        Options::new(text.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn both_ways_of_giving_a_value_are_read() {
        let mut given = options("--only a --only=b --list");
        assert_eq!(given.values("--only").unwrap(), ["a", "b"]);
        assert!(given.flag("--list"));
        assert!(given.finish("test").is_ok());
    }

    #[test]
    fn a_missing_value_a_bad_number_and_an_unknown_option_are_refused() {
        assert!(options("--port").number("--port").is_err());
        assert!(options("--port 70000").number("--port").is_err());
        assert!(options("--prot 1").finish("serve").is_err());
        assert!(options("one --two").words("fuzz").is_err());
        assert_eq!(options("one two").words("fuzz").unwrap(), ["one", "two"]);
    }
}
