//! Responses: the object.

mod events;
mod shape;

pub(crate) use events::Events;

use super::whole::WholeCall;
use super::{Whole, written};
use crate::draft::Heading;
use crate::piece::{CallName, End, Finish, Usage};
use crate::provenance::Provenance;
use shape::{Annotation, Item, Object, Part, Status, Used};

pub(super) fn answer(heading: &Heading, whole: &Whole, claims: &Provenance<'_>) -> Vec<u8> {
    let end = whole.end.unwrap_or(End { finish: Finish::Stop, usage: None });
    let status = Status::of(end.finish);
    let mut output = Vec::new();
    let has_text = !whole.text.is_empty() || !whole.citations.is_empty();
    if has_text || whole.calls.is_empty() {
        let annotations = whole.citations.iter().map(|citation| Annotation::of(citation, 0));
        let text = Part::text(whole.text.clone(), annotations.collect());
        output.push(Item::message(item_id(heading, "msg", 0), status, vec![text]));
    }
    for WholeCall { name: CallName { id, name }, arguments } in &whole.calls {
        let item = item_id(heading, "fc", output.len());
        output.push(Item::call(item, status, id.clone(), name.clone(), arguments.clone()));
    }
    object(heading, status, &output, end.usage.unwrap_or_default(), claims)
}

pub(super) fn refusal(heading: &Heading, text: &str, claims: &Provenance<'_>) -> Vec<u8> {
    let part = Part::refusal(text.to_owned());
    let item = Item::message(item_id(heading, "msg", 0), Status::Completed, vec![part]);
    object(heading, Status::Completed, &[item], Usage::default(), claims)
}

fn object(
    heading: &Heading,
    status: Status,
    output: &[Item],
    usage: Usage,
    claims: &Provenance<'_>,
) -> Vec<u8> {
    let claims = written(claims);
    let mut object = Object::new(heading, status, output);
    object.usage = Some(Used::of(usage));
    object.provenance = Some(&claims);
    serde_json::to_vec(&object).unwrap_or_default()
}

/// The id of an item, which follows from that of the response.
fn item_id(heading: &Heading, kind: &str, index: usize) -> String {
    let id = heading.id.as_str();
    let random = id.split_once('_').map_or(id, |(_, random)| random);
    format!("{kind}_{random}_{index}")
}
