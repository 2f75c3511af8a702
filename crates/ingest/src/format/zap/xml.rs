//! The XML report: elements named as the members of the JSON, an alert is an `alertitem`.

use super::alert::{self, Alert, Instance};
use super::{check_complete, note};
use crate::detect::Look;
use crate::draft::Draft;
use crate::json::{Number, Text};
use crate::xml::{self, Element, Handler};

pub(super) fn fits(look: &Look) -> bool {
    look.xml().is_some_and(|root| root.name == "OWASPZAPReport")
}

pub(super) fn read(text: &str, draft: &mut Draft<'_>) {
    note(None, None, None, draft);
    let mut report = Report { draft, site: String::new(), sites: 0, complete: 0, alerts: 0, alert: None };
    let read = xml::read(text, &mut report);
    let (sites, complete, draft) = (report.sites, report.complete, report.draft);
    match read {
        Err(broken) => draft.broken_xml(text, &broken),
        Ok(()) => check_complete(sites, complete, true, draft),
    }
}

/// Where the reader stands.
struct Report<'d, 'a> {
    draft: &'d mut Draft<'a>,
    site: String,
    sites: usize,
    complete: usize,
    alerts: usize,
    alert: Option<Alert<'static>>,
}

impl Handler for Report<'_, '_> {
    fn open(&mut self, path: &[String], element: &Element) {
        match (path.len(), element.name.as_str()) {
            (1, _) => {
                note(
                    element.attribute("version"),
                    element.attribute("created"),
                    element.attribute("generated"),
                    self.draft,
                );
            }
            (2, "site") => {
                self.sites += 1;
                self.alerts = 0;
                element.attribute("name").unwrap_or_default().clone_into(&mut self.site);
            }
            (3, "alerts") => self.complete += 1,
            (_, "alertitem") => self.alert = Some(Alert::default()),
            (_, "instance") => {
                if let Some(alert) = &mut self.alert {
                    alert.instances.0.push(Instance::default());
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, path: &[String], text: &str) {
        let [.., parent, name] = path else { return };
        if name == "alertitem" {
            if let Some(alert) = self.alert.take() {
                self.alerts += 1;
                let pointer = format!("/OWASPZAPReport/site[{}]/alerts/alertitem[{}]", self.sites, self.alerts);
                alert::translate(&alert, &self.site, pointer, self.draft);
            }
            return;
        }
        let Some(alert) = &mut self.alert else { return };
        match (parent.as_str(), name.as_str()) {
            ("instance", member) => {
                let Some(instance) = alert.instances.0.last_mut() else { return };
                let member = match member {
                    "uri" => &mut instance.uri,
                    "method" => &mut instance.method,
                    "param" => &mut instance.param,
                    _ => return,
                };
                *member = Text::from(text.to_owned());
            }
            ("alertitem", "riskcode") => alert.riskcode = Number::of_text(text),
            ("alertitem", "confidence") => alert.confidence = Number::of_text(text),
            ("alertitem", "cweid") => alert.cweid = Number::of_text(text),
            ("alertitem", member) => {
                if let Some(member) = text_of(alert, member) {
                    *member = Text::from(text.to_owned());
                }
            }
            _ => {}
        }
    }
}

fn text_of<'alert>(alert: &'alert mut Alert<'static>, member: &str) -> Option<&'alert mut Text<'static>> {
    Some(match member {
        "pluginid" => &mut alert.plugin,
        "alertRef" => &mut alert.reference_id,
        "alert" => &mut alert.title,
        "name" => &mut alert.name,
        "riskdesc" => &mut alert.riskdesc,
        "desc" => &mut alert.desc,
        "solution" => &mut alert.solution,
        "reference" => &mut alert.reference,
        _ => return None,
    })
}
