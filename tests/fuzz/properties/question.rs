//! Any question at all to `ztp explain` is answered or refused, also where there are only manifests; and an answer is borne
//! out by the flows that it shows, and by the same question in its canonical spelling.

use ztp::compile::Options;
use ztp::diagnostic::{Diagnostic, has_errors};
use ztp::explain::{Answer, explain, explain_flow, missing};
use ztp::syntax::ast::Date;
use ztp::view::{Input, Outcome, ask};

/// The project that is asked about: the example `shop`.
const SENTENCES: [(&str, &str); 3] = [
    ("cluster.ztp", include_str!("../../../examples/shop/cluster.ztp")),
    ("mobile/mobile.ztp", include_str!("../../../examples/shop/mobile/mobile.ztp")),
    ("shop/shop.ztp", include_str!("../../../examples/shop/shop/shop.ztp")),
];

/// Two workloads and a policy.
const MANIFESTS: &str = include_str!("../manifests.yaml");

pub fn check(question: &str) {
    for (sentences, manifests) in [(true, false), (false, true), (true, true)] {
        let outcome = asked(sentences, manifests, question);
        if outcome.views.is_empty() {
            assert!(has_errors(&outcome.diagnostics), "no answer and no error");
        }
        for finding in &outcome.diagnostics {
            assert!(points_into_the_text(&outcome, finding), "a finding points outside the text: {finding:?}");
        }
        for view in &outcome.views {
            let index = view.index();
            for asked in &view.questions {
                let Ok(explanation) = explain(&index, &asked.assertion) else { continue };
                for (flow, passes) in [(&explanation.passing, true), (&explanation.stopped, false)] {
                    let Some(shown) = flow else { continue };
                    assert_eq!(shown.passes(), passes, "{}", shown.flow);
                    let again = explain_flow(&index, shown.flow.clone()).expect("it was decided once");
                    assert_eq!(&again, shown, "{}", shown.flow);
                }
                match explanation.answer {
                    Answer::Yes => assert!(explanation.passing.is_some() && explanation.stopped.is_none()),
                    Answer::Partly => assert!(explanation.passing.is_some() && explanation.stopped.is_some()),
                    Answer::No => assert!(explanation.passing.is_none()),
                }
                if let Some(policy) = &view.policy {
                    let _ = missing(policy, &asked.text, &explanation);
                }
                let again = self::asked(sentences, manifests, &asked.text);
                let texts = again.views.iter().flat_map(|view| &view.questions).map(|question| &question.text);
                assert!(
                    texts.into_iter().any(|text| *text == asked.text),
                    "`{}` is not understood: {:?}",
                    asked.text,
                    again.diagnostics
                );
            }
        }
    }
}

fn asked(sentences: bool, manifests: bool, question: &str) -> Outcome {
    let mut input = Input::default();
    if sentences {
        for (path, text) in SENTENCES {
            input.sentences.add(path, text);
        }
    }
    if manifests {
        input.manifests.add("manifests.yaml", MANIFESTS);
    }
    ask(input, &Options { today: Date::parse("2026-11-20"), ..Options::default() }, question)
}

fn points_into_the_text(outcome: &Outcome, finding: &Diagnostic) -> bool {
    finding.primary.iter().chain(&finding.secondary).all(|label| {
        let file = outcome.sources.get(label.span.file);
        file.is_some_and(|file| file.text.get(label.span.start as usize..label.span.end as usize).is_some())
    })
}
