//! A chart for documents.

use std::fmt::Write;

use super::{MEMORY, PROCESSOR, grouped, ratio};
use crate::measurement::Measurement;

const ROW: usize = 26;
const TOP: usize = 44;
const LABELS: f64 = 260.0;
const BARS: f64 = 360.0;
const WIDTH: f64 = 900.0;

/// A bar.
struct Bar {
    label: String,
    /// Its length; 1 is the whole width.
    length: f64,
    text: String,
}

/// A chart as SVG. With two servers, bars are what the first one needs of what the second one does;
/// else what the first one needs, each of its kind against the most.
#[must_use]
pub fn chart(measured: &[Measurement]) -> String {
    let (servers, phases) = grouped(measured);
    let mut bars = Vec::new();
    for figure in [&PROCESSOR, &MEMORY] {
        let mut values = Vec::new();
        for (phase, by_server) in &phases {
            let mut medians =
                servers.iter().map(|server| by_server.get(server)?.median(figure.value));
            if let Some(one) = medians.next().flatten() {
                values.push((phase, one, medians.next().flatten()));
            }
        }
        let most = values.iter().map(|value| value.1).fold(f64::MIN_POSITIVE, f64::max);
        for (phase, one, other) in values {
            let label = format!("{phase}, {}", figure.name);
            let shown = (figure.shown)(one);
            bars.push(match other.map(|other| (other, ratio(one, other))) {
                Some((other, Some(ratio))) => {
                    let text = format!("{ratio:.2} ({shown} of {})", (figure.shown)(other));
                    Bar { label, length: ratio, text }
                }
                Some((_, None)) => continue,
                None => Bar { label, length: one / most, text: shown },
            });
        }
    }
    let title = match &servers[..] {
        [one, other, ..] => format!("What {one} needs, {other} being 1"),
        [one] => format!("What {one} needs"),
        [] => "Nothing was measured".to_owned(),
    };
    draw(&title, &bars)
}

fn draw(title: &str, bars: &[Bar]) -> String {
    let height = TOP + bars.len() * ROW + 10;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<title>{0}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"10\" y=\"24\" font-size=\"16\">{0}</text>\n",
        escaped(title)
    );
    // Where the bar of the second server would end.
    let (one, end) = (LABELS + BARS, height - 10);
    let _ = writeln!(svg, "<path d=\"M{one} {TOP}V{end}\" stroke=\"#999\"/>");
    for (bar, row) in bars.iter().zip(0..) {
        let y = TOP + row * ROW;
        let width = (bar.length.clamp(0.0, 1.0) * BARS).max(1.0);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n\
             <rect class=\"bar\" x=\"{LABELS}\" y=\"{}\" width=\"{width:.1}\" height=\"18\" \
             fill=\"#2a7ab0\"/>\n<text x=\"{:.1}\" y=\"{}\">{}</text>",
            LABELS - 8.0,
            y + 17,
            escaped(&bar.label),
            y + 4,
            LABELS + width + 6.0,
            y + 17,
            escaped(&bar.text),
        );
    }
    svg += "</svg>\n";
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
