//! Somebody's client: each step as a request, each answer as an outcome.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::json;

use super::{Actor, edit};
use crate::crm::IntegrationSettings;
use crate::crm::WebsiteId;
use crate::scenario::actor::Testee;
use crate::scenario::actor::protocol::{Answer, Deed, Request, Settings, SyncOf};
use crate::scenario::actor::testee::Surroundings;
use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::step::sync::{CheckStep, SyncStep};
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::failure::FailureKind;
use crate::scenario::run::network::Served;
use crate::scenario::run::world::{Failures, LastOutcome, World};
use crate::secret::ApiKey;
use crate::server::wsdl_url;

impl World<'_> {
    pub(super) async fn act_by(&mut self, client: &Testee, step: &At<Step>) -> Result<Failures, CannotWork> {
        match &step.0 {
            StepKind::CheckConnection(form) => self.their_check(client, form.as_ref()).await?,
            StepKind::SyncWebsiteList(_) => self.their_check(client, None).await?,
            StepKind::During(during) => return Box::pin(self.during(during, step)).await,
            StepKind::Sync(settings) => self.their_sync(client, of_step(settings.as_ref())).await?,
            StepKind::SyncData(one) => {
                let text = |named: &Option<At<String>>| named.as_ref().map(|named| named.get().clone());
                let of = SyncOf { order: text(&one.order), cart: text(&one.cart), ..SyncOf::default() };
                self.their_sync(client, Some(of)).await?;
            }
            StepKind::ScheduleSync(settings) => {
                let force = settings.as_ref().is_some_and(|settings| settings.force.is_yes());
                if let Actor::Theirs(theirs) = &mut self.actor {
                    theirs.scheduled = Some(force || theirs.scheduled.unwrap_or_default());
                }
            }
            StepKind::RunQueue(_) => self.their_scheduled_sync(client).await?,
            StepKind::ExpireCarts(_) => {
                self.their_sync(client, Some(SyncOf { expire_carts: true, ..SyncOf::default() })).await?;
            }
            StepKind::InCrm(edits) => {
                let mut failures = Vec::new();
                for edit in &edits.0 {
                    let unmet = self.their_edit(client, edit).await?;
                    failures.extend(unmet.map(|message| Self::failure(step, FailureKind::Unmet, message)));
                }
                return Ok(failures);
            }
            _ => return Err(CannotWork::NobodyActs(step.0.word())),
        }
        Ok(Vec::new())
    }

    /// What waits in the queue; without anything there is nothing to do.
    pub(super) async fn their_scheduled_sync(&mut self, client: &Testee) -> Result<(), CannotWork> {
        let waiting = match &mut self.actor {
            Actor::Theirs(theirs) => theirs.scheduled.take(),
            Actor::Own => None,
        };
        if waiting.is_none() && !self.case.scenario.script.automatic_sync.is_yes() {
            return Ok(());
        }
        let of = waiting.filter(|force| *force).map(|force| SyncOf { force, ..SyncOf::default() });
        self.their_sync(client, of).await
    }

    pub(super) async fn their_sync(&mut self, client: &Testee, of: Option<SyncOf>) -> Result<(), CannotWork> {
        self.channel()?;
        let request = Request { sync: of, ..Request::of(Deed::Sync) };
        let answer = client.ask(request, &self.surroundings()?).await?;
        self.last = Some(outcome("sync", answer));
        Ok(())
    }

    /// A sync of which one call waits where it arrives; `None` where our own sync acts.
    pub(in crate::scenario::run) fn their_sync_with_a_wait(
        &self,
        settings: &SyncStep,
    ) -> Result<Option<impl Future<Output = Result<LastOutcome, CannotWork>> + use<>>, CannotWork> {
        let Actor::Theirs(theirs) = &self.actor else { return Ok(None) };
        self.channel()?;
        let (client, around) = (Arc::clone(&theirs.client), self.surroundings()?);
        let request = Request { sync: of_step(Some(settings)), ..Request::of(Deed::Sync) };
        Ok(Some(async move { Ok(outcome("sync", client.ask(request, &around).await?)) }))
    }

    async fn their_check(&mut self, client: &Testee, form: Option<&CheckStep>) -> Result<(), CannotWork> {
        let id = self.channel()?;
        let mut settings = self.crm.integration(id)?.settings;
        if let Some(key) = form.and_then(|form| form.api_key.clone()) {
            settings.api_key = ApiKey::new(key);
        }
        let mut around = self.surroundings()?;
        around.secrets.push(settings.api_key.expose_secret().to_owned());
        around.variables.retain(|(name, _)| *name != "MAGENTO_API_KEY");
        around.variables.push(("MAGENTO_API_KEY", settings.api_key.expose_secret().to_owned()));
        let settings = self.their_settings(&settings)?;
        let request = Request { settings: Some(settings), ..Request::of(Deed::Check) };
        let answer = client.ask(request, &around).await?;
        self.last = Some(outcome("check connection", answer));
        Ok(())
    }

    /// Empties its CRM and gives it the settings, as at the beginning of a scenario.
    pub(in crate::scenario) async fn begin_theirs(&mut self) -> Result<(), CannotWork> {
        let Actor::Theirs(theirs) = &self.actor else { return Ok(()) };
        let client = Arc::clone(&theirs.client);
        self.their_reset(&client).await?;
        self.their_configure(&client).await.map(drop)
    }

    async fn their_reset(&mut self, client: &Testee) -> Result<(), CannotWork> {
        let answer = client.ask(Request::of(Deed::Reset), &self.surroundings()?).await?;
        match answer.ok {
            true => Ok(()),
            false => Err(CannotWork::ClientRefuses { what: "reset", said: answer.message.unwrap_or_default() }),
        }
    }

    /// Gives it the settings; what it says against them, if anything.
    async fn their_configure(&mut self, client: &Testee) -> Result<Option<String>, CannotWork> {
        let settings = self.crm.integration(self.channel()?)?.settings;
        let request = Request { settings: Some(self.their_settings(&settings)?), ..Request::of(Deed::Configure) };
        let answer = client.ask(request, &self.surroundings()?).await?;
        match (answer.refused, answer.ok) {
            (Some(why), _) => Ok(Some(why)),
            (None, true) => Ok(None),
            (None, false) => {
                Err(CannotWork::ClientRefuses { what: "configure", said: answer.message.unwrap_or_default() })
            }
        }
    }

    async fn their_edit(&mut self, client: &Testee, edit: &CrmEdit) -> Result<Option<String>, CannotWork> {
        match edit {
            CrmEdit::ChangeSettings(changed) => {
                if let Err(refused) = self.change_settings(&changed.set).await? {
                    return Ok(judged(Some(refused.to_string()), changed.refused.as_ref()));
                }
                let refused = self.their_configure(client).await?;
                Ok(judged(refused, changed.refused.as_ref()))
            }
            CrmEdit::DeleteChannel(_) => {
                let around = self.surroundings()?;
                let id = self.channel()?;
                self.crm.delete_channel(id)?;
                self.integration = None;
                let answer = client.ask(Request::of(Deed::Reset), &around).await?;
                match answer.ok {
                    true => Ok(None),
                    false => Err(CannotWork::ClientRefuses { what: "reset", said: answer.message.unwrap_or_default() }),
                }
            }
            CrmEdit::CreateChannel(_) => {
                self.create_channel().await?;
                self.their_configure(client).await.map(|refused| judged(refused, None))
            }
            other => {
                let told = edit::told(other, self.source());
                let request = Request { edit: Some(told), ..Request::of(Deed::Edit) };
                let answer = client.ask(request, &self.surroundings()?).await?;
                if !answer.ok && answer.refused.is_none() {
                    let said = answer.message.unwrap_or_default();
                    return Err(CannotWork::ClientRefuses { what: "edit", said });
                }
                Ok(judged(answer.refused, other.refused()))
            }
        }
    }

    /// The shop and the time as its environment has them.
    pub(super) fn surroundings(&self) -> Result<Surroundings, CannotWork> {
        let now = self.clock.now().to_string();
        let mut around = Surroundings { now: now.clone(), ..Surroundings::default() };
        around.variables.push(("MAGENTO_NOW", now));
        let Some(id) = self.integration else { return Ok(around) };
        let settings = self.their_settings(&self.crm.integration(id)?.settings)?;
        around.secrets.push(settings.api_key.clone());
        around.variables.extend([
            ("MAGENTO_URL", settings.url),
            ("MAGENTO_WSDL_URL", settings.wsdl_url),
            ("MAGENTO_API_USER", settings.api_user),
            ("MAGENTO_API_KEY", settings.api_key),
            ("MAGENTO_WSI", if settings.wsi { "1" } else { "0" }.to_owned()),
        ]);
        Ok(around)
    }

    fn their_settings(&self, settings: &IntegrationSettings) -> Result<Settings, CannotWork> {
        let wsdl: url::Url = settings.api_url.parse()?;
        let base = self.shops.values().find_map(|shop| shop.base_url().ok().filter(|base| wsdl_url(base) == wsdl));
        Ok(Settings {
            url: base.map_or_else(|| settings.api_url.clone(), |base| base.to_string()),
            wsdl_url: settings.api_url.clone(),
            api_user: settings.api_user.clone(),
            api_key: settings.api_key.expose_secret().to_owned(),
            wsi: settings.is_wsi_mode,
            name: settings.name.clone(),
            sync_start_date: day(settings.sync_start_date),
            website: if settings.website_id == WebsiteId::ALL {
                "all".to_owned()
            } else {
                settings.website_id.to_string()
            },
            guest_customer_sync: settings.guest_customer_sync,
            split_by_full_name: settings.shared_guest_email_list.clone(),
            order_notes: settings.is_display_order_notes,
            two_way_sync: settings.is_two_way_sync_enabled,
            sync_priority: json!(settings.sync_priority).as_str().unwrap_or_default().to_owned(),
            active: settings.enabled,
            entities: settings.entities.clone(),
            page_size: settings.page_size,
        })
    }

    /// A client comes over sockets and knows the shop by its socket's address. Its calls are its own program's, so the shop
    /// holds them when somebody waits for one.
    pub(in crate::scenario) fn serve_by_address(&self) {
        for shop in self.shops.values() {
            if let Served::Tcp(served) = shop {
                let base = format!("http://{}/", served.address());
                shop.with_shop(|shop| shop.set_base_url(&base));
                let (moments, host) = (self.moments.clone(), served.address().ip().to_string());
                served.have_calls_wait(Box::new(move |call| moments.before(&host, call)));
            }
        }
    }
}

fn day(day: Date) -> String {
    day.to_string()
}

fn of_step(step: Option<&SyncStep>) -> Option<SyncOf> {
    let step = step.filter(|step| step.only.is_some() || step.force.is_yes())?;
    let only = step.only.as_ref().map(|only| only.get().clone());
    Some(SyncOf { only, force: step.force.is_yes(), ..SyncOf::default() })
}

fn outcome(what: &str, answer: Answer) -> LastOutcome {
    let word = if answer.ok { "success" } else { "failure" };
    LastOutcome {
        success: answer.ok,
        message: answer.message.unwrap_or_default(),
        // What a client prints is nobody's to compare.
        shown: json!({ what: word }),
    }
}

/// Whether an edit was refused as expected; what is wrong when it was not.
fn judged(refused: Option<String>, expected: Option<&At<Matcher>>) -> Option<String> {
    match (refused, expected) {
        (None, None) => None,
        (None, Some(expected)) => Some(format!("the edit was not refused; expected {}", expected.get())),
        // The words are the client's own.
        (Some(_), Some(_)) => None,
        (Some(said), None) => Some(format!("the edit was refused: {said}")),
    }
}
