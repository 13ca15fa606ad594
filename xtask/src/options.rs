//! The arguments of commands that have options with values.

use crate::project::Failure;

/// Words, and options with their values.
#[derive(Debug)]
pub(crate) struct Options<'a> {
    /// What is no option.
    pub(crate) words: Vec<&'a str>,
    values: Vec<(&'a str, &'a str)>,
}

impl<'a> Options<'a> {
    /// Reads the arguments; `known` are the options there are, each followed by a value.
    ///
    /// # Errors
    ///
    /// If an option is unknown, or has no value.
    pub(crate) fn parse(arguments: &'a [String], known: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { words: Vec::new(), values: Vec::new() };
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(argument) = rest.next() {
            if !argument.starts_with("--") {
                options.words.push(argument);
            } else if known.contains(&argument) {
                let value = rest.next();
                let value =
                    value.ok_or_else(|| Failure::new(format!("{argument} has no value")))?;
                options.values.push((argument, value));
            } else {
                return Err(Failure::new(format!("no such option: {argument}")));
            }
        }
        Ok(options)
    }

    /// The value of an option; of several the last.
    pub(crate) fn value(&self, name: &str) -> Option<&'a str> {
        self.values.iter().rev().find(|(option, _)| *option == name).map(|(_, value)| *value)
    }

    /// The same as a number.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = value.parse();
        number.map(Some).map_err(|_| Failure::new(format!("{name} takes a number, not {value}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_are_told_apart() {
        let arguments = ["a", "--seconds", "5", "b", "--seconds", "6"].map(str::to_owned);
        let options = Options::parse(&arguments, &["--seconds"]).unwrap();
        assert_eq!(options.words, ["a", "b"]);
        assert_eq!(options.number("--seconds").unwrap(), Some(6));
        assert_eq!(options.value("--other"), None);
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for arguments in [["--second", "5"], ["5", "--seconds"]] {
            let arguments = arguments.map(str::to_owned);
            assert!(Options::parse(&arguments, &["--seconds"]).is_err(), "{arguments:?}");
        }
        let arguments = ["--seconds", "x"].map(str::to_owned);
        assert!(Options::parse(&arguments, &["--seconds"]).unwrap().number("--seconds").is_err());
    }
}
