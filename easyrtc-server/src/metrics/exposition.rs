//! The text format of Prometheus.

use std::fmt::Write as _;

/// What a number does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// Numbers, written one after the other.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
}

impl Exposition {
    /// A metric of one number.
    pub fn number(&mut self, kind: Kind, name: &str, about: &str, value: u64) {
        self.family(kind, name, about, [(&[][..], value)]);
    }

    /// A metric of a number for each value of one label.
    pub fn labelled<'a>(
        &mut self,
        kind: Kind,
        name: &str,
        about: &str,
        label: &'a str,
        numbers: impl IntoIterator<Item = (&'a str, u64)>,
    ) {
        let labels: Vec<_> =
            numbers.into_iter().map(|(of, number)| ([(label, of)], number)).collect();
        self.family(
            kind,
            name,
            about,
            labels.iter().map(|(labels, number)| (&labels[..], *number)),
        );
    }

    /// A metric of a number for each set of labels. `name` is an identifier that ends with `_total`
    /// if it is a counter's; `about` is one line.
    pub fn family<'a>(
        &mut self,
        kind: Kind,
        name: &str,
        about: &str,
        numbers: impl IntoIterator<Item = (&'a [(&'a str, &'a str)], u64)>,
    ) {
        let of_kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        let text = &mut self.text;
        // Writing to a string cannot fail, here and below.
        _ = write!(text, "# HELP {name} {about}\n# TYPE {name} {of_kind}\n");
        for (labels, number) in numbers {
            *text += name;
            let mut before = '{';
            for (label, value) in labels {
                _ = write!(text, "{before}{label}=\"{}\"", escape(value));
                before = ',';
            }
            *text += if labels.is_empty() { "" } else { "}" };
            _ = writeln!(text, " {number}");
        }
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_prometheus_reads_it() {
        let mut out = Exposition::default();
        out.number(Kind::Gauge, "a", "All of them.", 7);
        out.labelled(Kind::Counter, "b_total", "By kind.", "of", [("x", 1), ("\\\"\n", 2)]);
        let labels = [("one", "1"), ("two", "2")];
        out.family(Kind::Counter, "c_total", "By two.", [(&labels[..], u64::MAX)]);
        let expected = "\
# HELP a All of them.
# TYPE a gauge
a 7
# HELP b_total By kind.
# TYPE b_total counter
b_total{of=\"x\"} 1
b_total{of=\"\\\\\\\"\\n\"} 2
# HELP c_total By two.
# TYPE c_total counter
c_total{one=\"1\",two=\"2\"} 18446744073709551615
";
        assert_eq!(out.finish(), expected);
    }
}
