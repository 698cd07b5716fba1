//! A drawn timeline of messages and transactions, and the same numbers as a table.
//!
//! The two are told apart by their place, their title and their pattern, never by colour alone.

use super::periods::{Periods, Span};
use super::shown::number;
use super::view::{Head, Section, View, words};
use crate::records::Kind;
use maud::{Markup, html};

/// The picture's own units; it is scaled to the page.
const WIDTH: i32 = 720;
const LEFT: i32 = 8;
const PANEL: i32 = 150;
const BAR: i32 = 100;
const TITLE: i32 = 30;

/// One row of bars.
struct Panel {
    title: &'static str,
    pattern: &'static str,
    counts: Vec<u64>,
    undated: u64,
}

/// When messages and transactions happened, if any has a date.
pub(super) fn timeline(view: &View<'_>) -> Option<Section> {
    let (messages, transactions) = (&view.digest.messages, &view.digest.transactions);
    let span = Span::of(&[messages, transactions])?;
    let panel = |kind: Kind, pattern, periods: &Periods| {
        let counts = periods.counts(span);
        let drawn = periods.dated() > 0;
        drawn.then_some(Panel { title: view.fixed(kind.title()), pattern, counts, undated: periods.undated })
    };
    let panels: Vec<Panel> =
        [panel(Kind::Message, "stripes", messages), panel(Kind::Transaction, "dots", transactions)]
            .into_iter()
            .flatten()
            .collect();
    let undated: u64 = panels.iter().map(|panel| panel.undated).sum();
    let body = html! {
        figure {
            (picture(view, span, &panels))
            figcaption { (period_words(view, span)) " " (view.say(
                "Each row has its own scale.",
                "每行使用各自的刻度。",
            )) }
        }
        @if undated > 0 { p { (view.fill(
            "Without a date, and so not in the picture: {count}.",
            "没有日期、因此未在图中显示的记录：{count} 条。",
            &[("count", number(undated))],
        )) } }
        details { summary { (view.say("The same as a table", "以表格显示")) } (numbers(view, span, &panels)) }
    };
    Some(Section { name: "timeline", title: view.say("Over time", "时间分布"), body })
}

fn period_words(view: &View<'_>, span: Span) -> &'static str {
    match span.length {
        1 => view.say("One bar for each month.", "每根柱代表一个月。"),
        12 => view.say("One bar for each year.", "每根柱代表一年。"),
        120 => view.say("One bar for each ten years.", "每根柱代表十年。"),
        1_200 => view.say("One bar for each hundred years.", "每根柱代表一百年。"),
        _ => view.say("One bar for each thousand years.", "每根柱代表一千年。"),
    }
}

fn picture(view: &View<'_>, span: Span, panels: &[Panel]) -> Markup {
    let height = PANEL * i32::try_from(panels.len()).unwrap_or(1) + 32;
    let (title, text) = (view.id("timeline-title"), view.id("timeline-text"));
    html! {
        svg.timeline viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-labelledby={ (title) " " (text) } {
            title id=(title) { (view.label(view.say(
                "Messages and transactions over time", "往来通信和交易的时间分布",
            ))) }
            desc id=(text) { @for panel in panels { (describe(view, span, panel)) " " } }
            defs {
                pattern id=(view.id("stripes")) width="6" height="6" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" {
                    rect.ground width="6" height="6" {}
                    rect.mark width="3" height="6" {}
                }
                pattern id=(view.id("dots")) width="6" height="6" patternUnits="userSpaceOnUse" {
                    rect.ground width="6" height="6" {}
                    circle.mark cx="3" cy="3" r="1.6" {}
                }
            }
            @for (at, panel) in (0..).zip(panels) { (bars(view, span, panel, at * PANEL)) }
            (ticks(span, height - 10))
        }
    }
}

fn bars(view: &View<'_>, span: Span, panel: &Panel, top: i32) -> Markup {
    let most = panel.counts.iter().copied().max().unwrap_or(0).max(1);
    let total: u64 = panel.counts.iter().sum();
    let floor = top + TITLE + BAR;
    let fill = format!("url(#{})", view.id(panel.pattern));
    html! {
        g class=(panel.pattern) {
            text.series x=(LEFT) y=(top + 18) { (panel.title) " · " (super::shown::grouped(total)) }
            text.most x=(WIDTH - LEFT) y=(top + 18) text-anchor="end" {
                (view.say("highest: ", "最多：")) (super::shown::grouped(most))
            }
            line.grid x1=(LEFT) x2=(WIDTH - LEFT) y1=(top + TITLE) y2=(top + TITLE) {}
            line.floor x1=(LEFT) x2=(WIDTH - LEFT) y1=(floor) y2=(floor) {}
            @for (at, count) in (0..).zip(&panel.counts).filter(|(_, count)| **count > 0) {
                @let (x, width) = place(span, at);
                @let tall = height_of(*count, most);
                rect.bar x=(x) y=(floor - tall) width=(width) height=(tall) fill=(fill) {
                    title { (span.name(at)) ": " (count) }
                }
            }
        }
    }
}

/// A bar that is there at all can be seen.
fn height_of(count: u64, most: u64) -> i32 {
    let share = u128::from(count) * u128::from(BAR.unsigned_abs()) / u128::from(most);
    i32::try_from(share).unwrap_or(BAR).clamp(3, BAR)
}

/// Where the bar of a period begins, and how wide it is.
fn place(span: Span, at: i32) -> (i32, i32) {
    let step = ((WIDTH - 2 * LEFT) / span.count).min(60);
    let gap = if step > 12 { step / 5 } else { 2 };
    (LEFT + at * step + gap / 2, step - gap)
}

/// The names of periods, as many as stand side by side. On a phone, where the letters are nearly twice as wide in the
/// picture's units, every other one is hidden.
fn ticks(span: Span, y: i32) -> Markup {
    let letters = i32::try_from(span.name(0).chars().count()).unwrap_or(9);
    let (wide, phone) = (letters * 7 + 12, letters * 12);
    let step = (place(span, 1).0 - place(span, 0).0).max(1);
    let every = (wide + step - 1) / step;
    let places = (0..span.count).step_by(usize::try_from(every).unwrap_or(1)).map(|at| (at, place(span, at).0));
    html! {
        @for (nth, (at, x)) in places.filter(|(at, x)| *at == 0 || x + phone < WIDTH).enumerate() {
            text class=(if nth % 2 == 0 { "tick" } else { "tick minor" }) x=(x) y=(y) { (span.name(at)) }
        }
    }
}

/// What the picture shows, in words.
fn describe(view: &View<'_>, span: Span, panel: &Panel) -> String {
    let total: u64 = panel.counts.iter().sum();
    let (first, last) = (span.name(0), span.name(span.count - 1));
    let (at, most) = (0..).zip(&panel.counts).max_by_key(|(at, count)| (**count, -at)).unwrap_or((0, &0));
    let peak = span.name(at);
    if view.language.chinese {
        format!("{}：{first} 至 {last} 共 {total} 条，最多的是 {peak}，{most} 条。", panel.title)
    } else {
        format!("{}: {total} from {first} to {last}, most of them in {peak} ({most}).", panel.title)
    }
}

/// Every number of the picture.
fn numbers(view: &View<'_>, span: Span, panels: &[Panel]) -> Markup {
    let first = std::iter::once(words(view.say("Period", "时段")));
    let head: Vec<Head<'_>> = first.chain(panels.iter().map(|panel| super::view::numbers(panel.title))).collect();
    let places = (0..).zip(0_usize..).take(usize::try_from(span.count).unwrap_or(0));
    let counts = |at: usize| panels.iter().map(move |panel| panel.counts.get(at).copied().unwrap_or(0));
    let rows = html! {
        tbody { @for (period, at) in places.filter(|(_, at)| counts(*at).any(|count| count > 0)) {
            tr {
                th scope="row" { (span.name(period)) }
                @for count in counts(at) { td.number { (number(count)) } }
            }
        } }
    };
    view.table(view.say("Number in each period", "各时段的数量"), &head, rows)
}
