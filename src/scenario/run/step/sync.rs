//! `sync` and `check connection`: the other tower at work.

use crate::scenario::run::cannot_work::CannotWork;
use serde_json::{Map, Value, json};
use url::Url;

use crate::client::{ClientError, ClientOptions, Retries};
use crate::crm::IntegrationSettings;
use crate::quirk::Quirk;
use crate::scenario::language::step::Step;
use crate::scenario::language::step::sync::{CheckStep, SyncStep};
use crate::scenario::language::text::span::At;
use crate::scenario::run::failure::FailureKind;
use crate::scenario::run::world::{Failures, LastOutcome, World};
use crate::secret::ApiKey;
use crate::soap::WireStyle;
use crate::sync::check_connection::{CheckReport, check};
use crate::sync::connector::Connector;
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::outcome::{ExportResult, RunStatus, SyncOutcome};

impl World<'_> {
    /// What the form learns from the shop before it is saved; a failed look leaves what was known.
    pub(in crate::scenario) async fn look_at_shop(&self, settings: &mut IntegrationSettings) -> Result<(), CannotWork> {
        match self.check(settings).await? {
            Ok(report) => report.fill(settings),
            Err(_) => settings.connectors = Connector::of_settings(settings),
        }
        Ok(())
    }

    async fn check(&self, settings: &IntegrationSettings) -> Result<Result<CheckReport, ClientError>, CannotWork> {
        let url = Url::parse(&settings.api_url)?;
        let options = ClientOptions {
            url,
            user: settings.api_user.clone(),
            key: settings.api_key.clone(),
            mode: if settings.is_wsi_mode { WireStyle::WsI } else { WireStyle::RpcEncoded },
            retries: Retries::Off,
            quirks: self.quirks.clone(),
            clock: self.clock.clone(),
            wsdl_cache: self.wsdl_cache.clone(),
        };
        Ok(check(self.transport.clone(), options).await)
    }

    /// The button of the form, with the stored settings or a key typed over them.
    pub(in crate::scenario) async fn check_connection(&mut self, step: Option<&CheckStep>) -> Result<(), CannotWork> {
        let id = self.channel()?;
        let mut settings = self.crm.integration(id)?.settings;
        if let Some(key) = step.and_then(|step| step.api_key.clone()) {
            settings.api_key = ApiKey::new(key);
        }
        let checked = self.check(&settings).await?;
        self.last = Some(ended(&checked));
        Ok(())
    }

    /// The link beside the list of websites: the same request, and what it learns is kept.
    pub(in crate::scenario) async fn sync_website_list(&mut self, step: &At<Step>) -> Result<Failures, CannotWork> {
        let id = self.channel()?;
        let mut settings = self.crm.integration(id)?.settings;
        let checked = self.check(&settings).await?;
        self.last = Some(ended(&checked));
        let Ok(report) = checked else { return Ok(Vec::new()) };
        report.fill(&mut settings);
        let saved = self.crm.save_integration(id, &settings, &self.quirks);
        Ok(saved.err().map(|error| Self::failure(step, FailureKind::Unmet, error.to_string())).into_iter().collect())
    }

    /// What the reference client does right after an edit was saved. What does not come through is told by nobody: it
    /// happens in the background.
    pub(in crate::scenario) async fn export_at_once(&mut self) -> Result<(), CannotWork> {
        let Some(id) = self.integration.filter(|_| self.quirks.has(Quirk::ImportOverwritesPendingEdits)) else {
            return Ok(());
        };
        let settings = self.crm.integration(id)?.settings;
        let waiting = self.crm.pending_exports(id)?;
        if !settings.enabled || !settings.is_two_way_sync_enabled || waiting.is_empty() {
            return Ok(());
        }
        let mut ignore = |_| {};
        let mut context = self.sync_context(&mut ignore);
        driver::export_pending(&mut context, id).await?;
        Ok(())
    }

    /// One run, as the scheduler starts it every few minutes.
    pub(in crate::scenario) async fn sync(&mut self, step: Option<&SyncStep>) -> Result<(), CannotWork> {
        let id = self.channel()?;
        let options = self.sync_options(step)?;
        let mut ignore = |_| {};
        let mut context = SyncContext { options, ..self.sync_context(&mut ignore) };
        let outcome = driver::sync(&mut context, id).await?;
        self.note_sync(&outcome);
        Ok(())
    }

    pub(super) fn sync_options(&self, step: Option<&SyncStep>) -> Result<SyncOptions, CannotWork> {
        let only = step.and_then(|step| step.only.as_ref());
        Ok(SyncOptions {
            force: step.is_some_and(|step| step.force.is_yes()),
            only_connector: only.map(|name| connector(name.get())).transpose()?,
            wsdl_cache: self.wsdl_cache.clone(),
            ..SyncOptions::default()
        })
    }

    /// Keeps how a sync ended.
    pub(in crate::scenario) fn note_sync(&mut self, outcome: &SyncOutcome) {
        let lines = lines(outcome);
        self.last = Some(LastOutcome {
            success: outcome.is_ok(),
            message: lines.join("\n"),
            shown: json!({ "sync": if outcome.is_ok() { "success" } else { "failure" }, "did": lines }),
        });
    }
}

fn connector(name: &str) -> Result<Connector, CannotWork> {
    let found = Connector::ALL.iter().copied().find(|connector| connector.name() == name);
    found.ok_or_else(|| CannotWork::NoConnector(name.to_owned()))
}

/// What a sync did, a line for each connector and export, in its order.
pub(in crate::scenario::run) fn lines(outcome: &SyncOutcome) -> Vec<String> {
    let exports = outcome.exports.iter().map(|export| {
        let what = match &export.result {
            ExportResult::Created => "created".to_owned(),
            ExportResult::Updated => "updated".to_owned(),
            ExportResult::Unchanged => "nothing to write".to_owned(),
            ExportResult::Removed => "removed in Magento".to_owned(),
            ExportResult::Planned => "planned".to_owned(),
            ExportResult::Skipped { reason } => format!("skipped: {reason}"),
            ExportResult::Failed { reason } => format!("failed: {reason}"),
        };
        format!("export of {}: {what}", export.record())
    });
    let connectors = outcome.connectors.iter().map(|done| match done.status {
        RunStatus::Skipped => format!("{}: skipped", done.connector.name()),
        RunStatus::Completed => format!("{}: {}", done.connector.name(), done.message()),
        RunStatus::Failed => format!("{}: failed: {}", done.connector.name(), done.message()),
    });
    let notices = outcome.notices.iter().map(|notice| format!("notice: {notice}"));
    let waiting = outcome.waiting_edits.iter().map(|rows| format!("left out: {rows}"));
    exports.chain(connectors).chain(notices).chain(waiting).collect()
}

/// How a look at the shop ended.
fn ended(checked: &Result<CheckReport, ClientError>) -> LastOutcome {
    match checked {
        Ok(report) => LastOutcome { success: true, shown: shown(report), message: report.message.clone() },
        Err(error) => {
            let message = error.to_string();
            LastOutcome { success: false, shown: json!({"check connection": "failure", "message": message}), message }
        }
    }
}

/// A report as a snapshot shows it.
fn shown(report: &CheckReport) -> Value {
    let mut tree = Map::new();
    tree.insert("check connection".to_owned(), json!(if report.is_warning { "warning" } else { "success" }));
    tree.insert("message".to_owned(), json!(report.message));
    let websites: Vec<_> = report.websites.iter().map(|website| json!(website.label)).collect();
    tree.insert("websites".to_owned(), json!(websites));
    tree.insert("bridge".to_owned(), json!(report.extension_version.as_deref().unwrap_or("none")));
    for (name, value) in [("magento", &report.magento_version), ("admin url", &report.admin_url)] {
        if let Some(value) = value {
            tree.insert(name.to_owned(), json!(value));
        }
    }
    tree.insert("order notes".to_owned(), json!(report.is_order_note_support_extension_version));
    tree.insert("connectors".to_owned(), json!(report.connectors.keys().collect::<Vec<_>>()));
    let features = report.availability.iter().map(|feature| (feature.feature.to_owned(), json!(feature.note)));
    tree.insert("features".to_owned(), Value::Object(features.collect()));
    Value::Object(tree)
}
