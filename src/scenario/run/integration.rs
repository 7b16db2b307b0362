//! The integration form as a scenario fills it in, and the channel that is made of it.

use crate::crm::integration::parse_shared_emails;
use crate::crm::{CrmError, IntegrationId, IntegrationSettings, SyncPriority, WebsiteId};
use crate::quirk::Quirk;
use crate::scenario::language::setup::integration::IntegrationSetup;
use crate::scenario::language::setup::variant::Variant;
use crate::scenario::language::text::words::Priority;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::world::{API_USER, World};
use crate::secret::ApiKey;
use crate::soap::WireStyle;

/// The website choice "All web sites" as a scenario writes it.
const ALL: &str = "all";

impl World<'_> {
    /// Creates the channel with the scenario's settings, after a look at the shop as the form takes one.
    pub(in crate::scenario) async fn create_channel(&mut self) -> Result<(), CannotWork> {
        let all = self.case.scenario.script.all_integrations();
        let setup =
            all.into_iter().find(|(name, _)| *name == self.selected).map(|(_, setup)| setup).unwrap_or_default();
        let mut settings = IntegrationSettings::default();
        if !self.selected.is_empty() {
            settings.name.clone_from(&self.selected);
        }
        let mut settings = self.over(settings, &setup, true)?;
        settings = self.over(settings, &as_settings(&self.variant), false)?;
        if !self.is_theirs() {
            self.look_at_shop(&mut settings).await?;
        }
        typed_admin_url(&setup, &mut settings);
        let id = self.crm.add_integration(&settings)?;
        self.integration = Some(id);
        Ok(())
    }

    /// Creates the channels of all integrations, and begins with the first.
    pub(in crate::scenario) async fn create_channels(&mut self) -> Result<(), CannotWork> {
        for (name, _) in self.case.scenario.script.all_integrations() {
            self.select(name);
            self.create_channel().await?;
        }
        let first = self.names_of_integrations().into_iter().next().unwrap_or_default();
        self.select(&first);
        Ok(())
    }

    /// The steps that follow are about the integration of that name.
    pub(in crate::scenario) fn select(&mut self, name: &str) {
        let left = std::mem::replace(&mut self.selected, name.to_owned());
        self.others.insert(left, self.integration.take());
        self.integration = self.others.get(name).copied().flatten();
    }

    /// The integrations that are there, by name, in the order of the file.
    pub(in crate::scenario) fn integrations_there(&self) -> Vec<(String, IntegrationId)> {
        let id = |name: &String| match *name == self.selected {
            true => self.integration,
            false => self.others.get(name).copied().flatten(),
        };
        self.names_of_integrations().into_iter().filter_map(|name| id(&name).map(|id| (name, id))).collect()
    }

    /// The names of the integrations, in the order of the file.
    pub(in crate::scenario) fn names_of_integrations(&self) -> Vec<String> {
        self.case.scenario.script.all_integrations().into_iter().map(|(name, _)| name.to_owned()).collect()
    }

    /// Saves changed settings of the integration.
    pub(in crate::scenario) async fn change_settings(
        &mut self,
        setup: &IntegrationSetup,
    ) -> Result<Result<(), CrmError>, CannotWork> {
        let id = self.channel()?;
        let before = self.crm.integration(id)?.settings;
        let mut settings = self.over(before, setup, false)?;
        if !self.is_theirs() {
            self.look_at_shop(&mut settings).await?;
        }
        typed_admin_url(setup, &mut settings);
        Ok(self.crm.save_integration(id, &settings, &self.quirks))
    }

    /// Lays what the scenario says over settings; `fresh` fills in what a first save needs.
    fn over(
        &self,
        mut settings: IntegrationSettings,
        setup: &IntegrationSetup,
        fresh: bool,
    ) -> Result<IntegrationSettings, CannotWork> {
        if fresh || setup.shop.is_some() {
            let shop = self.shop(setup.shop.as_ref())?;
            settings.api_url = shop.wsdl_url()?.to_string();
            settings.is_wsi_mode = shop.with_shop(|shop| shop.mode() == WireStyle::WsI);
        }
        if fresh || setup.api_user.is_some() {
            settings.api_user = setup.api_user.clone().unwrap_or_else(|| API_USER.to_owned());
        }
        match &setup.api_key {
            Some(key) => settings.api_key = ApiKey::new(key.clone()),
            None if fresh || setup.shop.is_some() || setup.api_user.is_some() => {
                settings.api_key = self.right_key(setup, &settings.api_user)?;
            }
            None => {}
        }
        if let Some(name) = &setup.name {
            settings.name.clone_from(name);
        }
        if let Some(wsi) = setup.wsi_compliance {
            settings.is_wsi_mode = wsi.is_yes();
        }
        if let Some(guests) = setup.guest_customer_sync {
            settings.guest_customer_sync = guests.is_yes();
        }
        if let Some(day) = &setup.sync_start_date {
            settings.sync_start_date = day.get().0;
        }
        if let Some(notes) = setup.order_notes {
            settings.is_display_order_notes = notes.is_yes();
        }
        if let Some(entities) = &setup.entities {
            settings.entities = entities.iter().map(|entity| entity.get().clone()).collect();
        }
        settings.page_size = setup.page_size.or(settings.page_size);
        if let Some(owner) = &setup.default_owner {
            settings.default_user_owner = Some(owner.clone()).filter(|owner| !owner.is_empty());
        }
        if let Some(active) = setup.active {
            settings.enabled = active.is_yes();
        }
        if let Some(two_way) = setup.two_way_sync {
            settings.is_two_way_sync_enabled = two_way.is_yes();
        }
        if let Some(priority) = setup.sync_priority {
            settings.sync_priority = stored(priority);
        }
        if let Some(shared) = &setup.split_by_full_name {
            let exact = self.quirks.has(Quirk::SharedEmailsMatchedExactly);
            settings.shared_guest_email_list = parse_shared_emails(&shared.join(","), exact);
        }
        if let Some(website) = &setup.website {
            settings.website_id = self.website(setup, website.get())?;
        }
        Ok(settings)
    }

    /// The key the user has in the shop; an unknown user gets some key, so that the shop decides.
    fn right_key(&self, setup: &IntegrationSetup, user: &str) -> Result<ApiKey, CannotWork> {
        let shop = self.shop(setup.shop.as_ref())?;
        Ok(shop
            .with_shop(|shop| shop.users.get(user).map(|found| found.key.clone()))
            .unwrap_or_else(|| ApiKey::new(crate::scenario::run::world::API_KEY)))
    }

    /// A website by its id or code.
    fn website(&self, setup: &IntegrationSetup, named: &str) -> Result<WebsiteId, CannotWork> {
        if named == ALL {
            return Ok(WebsiteId::ALL);
        }
        self.shop(setup.shop.as_ref())?.with_shop(|shop| {
            let websites = shop.database().table("core_website");
            let is_it = |id: i64, code: &str| code == named || id.to_string() == named;
            let mut codes = Vec::new();
            for (id, row) in websites.iter().filter(|(id, _)| *id > 0) {
                if is_it(id, row.text("code")) {
                    return Ok(WebsiteId(id));
                }
                codes.push(format!("{id} {}", row.text("code")));
            }
            Err(CannotWork::NotInShop {
                what: "website",
                named: named.to_owned(),
                hint: format!("; it has {}", codes.join(", ")),
            })
        })
    }
}

/// An admin URL that was typed stays, whatever the bridge says.
fn typed_admin_url(setup: &IntegrationSetup, settings: &mut IntegrationSettings) {
    if let Some(url) = &setup.admin_url {
        settings.admin_url = Some(url.clone()).filter(|url| !url.is_empty());
    }
}

/// What a case changes in the form.
fn as_settings(variant: &Variant) -> IntegrationSetup {
    IntegrationSetup {
        two_way_sync: variant.two_way_sync,
        sync_priority: variant.sync_priority,
        guest_customer_sync: variant.guest_customer_sync,
        order_notes: variant.order_notes,
        page_size: variant.page_size,
        ..IntegrationSetup::default()
    }
}

fn stored(priority: Priority) -> SyncPriority {
    match priority {
        Priority::RemoteWins => SyncPriority::Remote,
        Priority::LocalWins => SyncPriority::Local,
    }
}
