//! The report as one HTML page that needs nothing else: style, script and data are in it. What is said here is put into
//! the page as data; how it looks is in `style.css`, what it does in the scripts. No value becomes markup.

mod data;
mod pack;

use std::path::Path;
use std::time::Duration;

use self::data::{Run, Scenario, Section, TimelineData, Wall};
use self::pack::{Texts, embedded, packed};
use super::json::millis;
use super::parts::{About, Parts};
use crate::scenario::Case;
use crate::scenario::coverage::Matrix;
use crate::scenario::result::CaseResult;

/// The page as a format of reports: whole at the end, without coverage, which results alone do not tell.
pub(super) const PARTS: Parts = Parts {
    tail: |about, results, elapsed| {
        let mut page = Page::default();
        results.iter().for_each(|result| page.add(result, None));
        page.text(about, elapsed, None)
    },
    ..Parts::NONE
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = concat!(include_str!("../../server/admin/console/palette.css"), include_str!("style.css"));
const SCRIPTS: [&str; 5] = [
    include_str!("core.js"),
    include_str!("tables.js"),
    include_str!("timeline.js"),
    include_str!("coverage.js"),
    include_str!("page.js"),
];

/// A page that is being made. Timelines are packed as results come, so that only little of them is in memory at once.
#[derive(Default)]
pub struct Page {
    scenarios: Vec<Scenario>,
    wall: Vec<f64>,
    steps: Vec<Vec<f64>>,
    timelines: Vec<String>,
    texts: Texts,
}

impl Page {
    /// Adds a result, with its timeline where that is known.
    pub fn add(&mut self, result: &CaseResult, case: Option<&Case>) {
        let chunk = result.timeline.as_ref().map(|timeline| {
            let timeline = TimelineData::of(timeline, &mut self.texts);
            self.timelines.push(packed(&timeline));
            self.texts.close();
            self.timelines.len() - 1
        });
        self.scenarios.push(Scenario::of(result, case, chunk));
        self.wall.push(millis(result.elapsed));
        let steps = result.timeline.iter().flat_map(|timeline| &timeline.steps);
        self.steps.push(steps.map(|step| millis(step.elapsed)).collect());
    }

    /// The page; without coverage where that is not known.
    pub fn text(&self, about: &About, elapsed: Duration, coverage: Option<&[Matrix]>) -> String {
        let run = Run {
            mockgento: env!("CARGO_PKG_VERSION"),
            shard: about.shard.as_deref(),
            unread: about.unread,
            scenarios: &self.scenarios,
            coverage: coverage.map(|sections| sections.iter().map(Section::of).collect()),
            limits: data::Limits::default(),
        };
        let at = crate::datetime::to_sql(crate::clock::Clock::system().now());
        let wall = Wall { ms: &self.wall, steps: &self.steps, total: millis(elapsed), at };
        let mut chunks = String::new();
        for (kind, packs) in [("timeline", self.timelines.as_slice()), ("texts", self.texts.packs())] {
            for (number, pack) in packs.iter().enumerate() {
                chunks.push_str(&format!("<script type=\"text/plain\" id=\"{kind}-{number}\">{pack}</script>\n"));
            }
        }
        let style = format!("<style>\n{STYLE}</style>");
        let scripts = format!("<script>\n{}</script>", SCRIPTS.concat());
        let data = format!(
            "<script type=\"application/json\" id=\"run\">{}</script>\n\
             <script type=\"application/json\" id=\"wall\">{}</script>\n{chunks}",
            embedded(&run),
            embedded(&wall)
        );
        let mut page = String::with_capacity(PAGE.len() + style.len() + data.len() + scripts.len());
        for line in PAGE.lines() {
            page.push_str(match line {
                "<!-- style -->" => &style,
                "<!-- data -->" => &data,
                "<!-- scripts -->" => &scripts,
                line => line,
            });
            page.push('\n');
        }
        page
    }
}

/// A path as every system writes it in reports.
fn file(path: &Path) -> String {
    super::json::slashed(path)
}
