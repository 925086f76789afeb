//! Charts: drawn by the server as SVG, with a title and a sentence for whoever does not see them, and all their numbers in
//! a table behind. Colours are those of the theme; no colour is the only sign of anything.

use leptos::prelude::*;

use crate::parts::view::Erase;

/// Height of the picture; its width is that of its bars, and both are stretched to the place there is.
const HEIGHT: i64 = 100;
/// Width of a bar with the gap after it.
const STEP: i64 = 12;
const GAP: i64 = 2;

/// A number that one reads at once, with what belongs to it; stands in a list of class `tiles`.
pub(super) fn tile(name: &'static str, value: AnyView, beside: AnyView) -> AnyView {
    view! {
        <div class="tiles__tile">
            <dt>{name}</dt>
            <dd class="tiles__value">{value}</dd>
            <dd class="tiles__beside">{beside}</dd>
        </div>
    }
    .erase()
}

/// A bar: what it is called, and its values, stacked from the bottom.
pub(super) struct Bar {
    pub label: String,
    pub values: Vec<i64>,
}

/// A chart of bars side by side.
pub(super) struct Chart {
    /// Of this page only.
    pub id: &'static str,
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub about: String,
    /// What the bars stand for: the first column of the table.
    pub of: &'static str,
    /// What the values are, from the bottom.
    pub series: Vec<&'static str>,
    pub bars: Vec<Bar>,
    /// What stands below the first and the last bar.
    pub ends: (String, String),
}

/// `12345` as `12,345`.
pub(super) fn number(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if count < 0 { format!("-{text}") } else { text }
}

/// So high of `HEIGHT`; something is never drawn as nothing.
fn height(value: i64, most: i64) -> i64 {
    if value <= 0 {
        return 0;
    }
    let exact = i128::from(value) * i128::from(HEIGHT) / i128::from(most.max(1));
    i64::try_from(exact).unwrap_or(HEIGHT).max(2)
}

fn bars(chart: &Chart, most: i64) -> AnyView {
    let all = chart.bars.iter().zip(0i64..).map(|(bar, place)| {
        let told: Vec<String> = chart
            .series
            .iter()
            .zip(&bar.values)
            .map(|(name, value)| format!("{} {name}", number(*value)))
            .collect();
        let mut top = HEIGHT;
        let parts = bar
            .values
            .iter()
            .enumerate()
            .map(|(series, value)| {
                let tall = height(*value, most).min(top);
                top -= tall;
                let class = format!("chart__bar chart__bar--{series}");
                view! {
                    <rect class=class x=place * STEP y=top width=STEP - GAP height=tall></rect>
                }
                .erase()
            })
            .collect_view();
        view! { <g><title>{format!("{}: {}", bar.label, told.join(", "))}</title>{parts}</g> }.erase()
    });
    all.collect_view().erase()
}

fn key(chart: &Chart) -> Option<AnyView> {
    let names = chart.series.iter().enumerate().map(|(series, name)| {
        let class = format!("chart__key chart__key--{series}");
        view! { <span class=class>{*name}</span> }.erase()
    });
    (chart.series.len() > 1)
        .then(|| view! { <span class="chart__keys">{names.collect_view()}</span> }.erase())
}

/// The chart with its title, and its numbers behind.
pub(super) fn chart(chart: &Chart) -> AnyView {
    let most = chart
        .bars
        .iter()
        .map(|bar| bar.values.iter().sum())
        .max()
        .unwrap_or(0i64);
    if chart.bars.is_empty() {
        return view! {
            <p class="chart__title">{chart.title}</p>
            <p class="hint">"Nothing so far."</p>
        }
        .erase();
    }
    let wide = STEP * i64::try_from(chart.bars.len()).unwrap_or(1) - GAP;
    let (title, about) = (format!("{}-title", chart.id), format!("{}-about", chart.id));
    let (named, described) = (title.clone(), about.clone());
    let peak = match most {
        0 => "Nothing so far".to_owned(),
        most => format!("up to {}", number(most)),
    };
    view! {
        <figure class="chart">
            <figcaption class="chart__caption">
                <span class="chart__title">{chart.title}</span>
                {key(chart)}
                <span class="chart__peak">{peak}</span>
            </figcaption>
            <svg
                class="chart__picture"
                viewBox=format!("0 0 {wide} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-labelledby=named
                aria-describedby=described
            >
                <title id=title>{chart.title}</title>
                <desc id=about>{chart.about.clone()}</desc>
                {bars(chart, most)}
            </svg>
            <p class="chart__ends" aria-hidden="true">
                <span>{chart.ends.0.clone()}</span>
                <span>{chart.ends.1.clone()}</span>
            </p>
            {numbers(chart)}
        </figure>
    }
    .erase()
}

fn numbers(chart: &Chart) -> AnyView {
    let column = |label: &'static str| view! { <th scope="col">{label}</th> }.erase();
    let rows = chart.bars.iter().map(|bar| {
        let cells = bar
            .values
            .iter()
            .map(|value| view! { <td>{number(*value)}</td> }.erase())
            .collect_view();
        view! { <tr><th scope="row">{bar.label.clone()}</th>{cells}</tr> }.erase()
    });
    view! {
        <details class="chart__numbers">
            <summary>{format!("{} in numbers", chart.title)}</summary>
            <table>
                <thead><tr>{column(chart.of)} {chart.series.iter().map(|name| column(name)).collect_view()}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
    .erase()
}

/// One bar that lies in a cell, beside its number.
pub(super) fn lying_bar(value: i64, most: i64) -> AnyView {
    view! {
        <svg class="chart__lying" viewBox=format!("0 0 {HEIGHT} 8") preserveAspectRatio="none" aria-hidden="true">
            <rect class="chart__bar chart__bar--0" x="0" y="0" width=height(value, most) height="8"></rect>
        </svg>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_groups_of_three() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-12_345, "-12,345"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(count), text);
        }
    }

    #[test]
    fn one_among_a_million_is_still_seen_and_nothing_is_not() {
        assert_eq!(height(0, 1_000_000), 0);
        assert_eq!(height(1, 1_000_000), 2);
        assert_eq!(height(1_000_000, 1_000_000), HEIGHT);
    }

    #[test]
    fn a_chart_says_in_words_what_it_shows_and_has_its_numbers_behind() {
        let drawn = Owner::new().with(|| {
            chart(&Chart {
                id: "c",
                title: "Messages",
                about: "3 were sent.".to_owned(),
                of: "Hour",
                series: vec!["sent", "failed"],
                bars: vec![Bar {
                    label: "20:00".to_owned(),
                    values: vec![1_200, 3],
                }],
                ends: ("a".to_owned(), "b".to_owned()),
            })
            .to_html()
        });
        // Marks of the renderer.
        let drawn = drawn.replace("<!>", "");
        for piece in [
            "role=\"img\"",
            "3 were sent.",
            "20:00: 1,200 sent, 3 failed",
            "<details",
            "<td>1,200</td>",
        ] {
            assert!(drawn.contains(piece), "{piece} in {drawn}");
        }
    }
}
