//! The command, line by line.

use serde_json::Value;
use speech_harness::gate::{Verb, lines};

#[track_caller]
fn answered(verb: Verb, input: &str) -> Vec<String> {
    let mut output = Vec::new();
    lines(verb, &mut input.as_bytes(), &mut output).unwrap();
    String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
}

const TASK: &str = r#""task":{"task_id":"t","status":"running","run_id":"r","actor":"ada","lease_expires_at":2000},"events":[{"id":1,"ts":900,"kind":"task.completed","run_id":"r","task_id":"t"}]"#;

fn request(mode: &str) -> String {
    format!(
        r#"{{"mode":"{mode}","method":"POST","path":"/api/tasks/complete","body":{{"task_id":"t"}},"now":1000,{TASK},"authorization":{{"actions":{{"B":[],"C":[]}},"grants":[]}},"signals":[]}}"#
    )
}

#[test]
fn a_decision_has_its_keys_in_the_order_of_the_contract() {
    for (mode, outcome) in [("enforce", "reject"), ("shadow", "pass_recorded"), ("off", "pass")] {
        let expected = format!(
            r#"{{"decision":"deny","reason":"E_RUN_TERMINAL","http":409,"context":{{"run_id":"r","task_id":"t","scenario":"S_TERMINAL","task_status":"running","terminal_event_kind":"task.completed","holder":"ada","lease_fresh":true}},"outcome":"{outcome}","class":"task_complete"}}"#
        );
        assert_eq!(answered(Verb::Decide, &request(mode)), [expected]);
    }
}

#[test]
fn a_row_has_its_columns_in_the_order_of_the_contract() {
    let expected = r#"{"row":{"run_id":"r","task_id":"t","actor":"ada","lease_epoch":null,"lease_expires_at":2000,"lease_fresh":true,"lease_ttl_ms":1000,"last_heartbeat_ts":null,"heartbeat_age_ms":null,"last_event_id":1,"last_event_ts":900,"last_event_kind":"task.completed","task_status":"running","is_terminal":true,"terminal_event_kind":"task.completed","terminal_event_ts":900,"terminal_event_id":1},"scenario":"S_TERMINAL","violated_invariants":[]}"#;
    assert_eq!(answered(Verb::Project, &format!("{{{TASK},\"now\":1000}}")), [expected]);
}

#[test]
fn a_projected_row_is_decided_as_the_task_and_events_that_it_comes_from() {
    let [projected] =
        answered(Verb::Project, &format!("{{{TASK},\"now\":1000}}")).try_into().unwrap();
    let projected: Value = serde_json::from_str(&projected).unwrap();
    let row = format!("\"row\":{}", projected["row"]);
    let with_row = request("enforce").replace(TASK, &row);
    assert_eq!(answered(Verb::Decide, &with_row), answered(Verb::Decide, &request("enforce")));
}

#[test]
fn each_line_in_is_one_answer_out_even_when_it_cannot_be_read() {
    let fine = request("shadow");
    let input = format!("{fine}\n\n{{}}\nx\n{}\n{fine}", " ".repeat((1 << 20) + 1));
    for verb in [Verb::Decide, Verb::Project] {
        let answers = answered(verb, &input);
        assert_eq!(answers.len(), 6);
        for (answer, code) in
            answers.iter().zip(["", "NOT_JSON", "MISSING_FIELD", "NOT_JSON", "TOO_LARGE"])
        {
            assert!(answer.contains(code), "{answer}");
        }
        assert_eq!(answers.first(), answers.last());
    }
}
