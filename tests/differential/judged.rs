//! A cluster's flows, judged on all legs.

use super::engine::Judges;
use super::legs::{AtEnd, Ends, Meaning, decide};
use ztp::compile::Compiled;
use ztp::verdict::Flow;

/// What became of flows on which all legs agree.
pub struct Judged {
    /// Flow by flow.
    pub ends: Vec<Ends>,
    /// How many flows an engine judged, at one end or both.
    pub by_engine: usize,
}

/// A flow on which they do not.
pub struct Disagreement {
    /// The cluster's name.
    pub cluster: Option<String>,
    /// The flow.
    pub flow: Flow,
    /// What each leg says, a line each.
    pub legs: String,
    /// By the first that says something.
    pub ends: Ends,
}

/// Judges flows; stops at the first that is not judged alike.
pub fn judge(
    cluster: &Compiled,
    judges: &mut Judges,
    flows: impl Fn(&Meaning<'_>) -> Vec<Flow>,
) -> Result<Judged, Box<Disagreement>> {
    let meaning = Meaning::of(cluster).expect("what was proved can be read");
    let flows = flows(&meaning);
    let [said, raised] = meaning.indexes();
    let engine = judges.decide(cluster, &flows);
    let mut judged = Judged { ends: Vec::new(), by_engine: 0 };
    for (number, flow) in flows.into_iter().enumerate() {
        let by_engine = engine.as_ref().map(|ends| ends[number]);
        let legs = (decide(&said, &flow), decide(&raised, &flow));
        if let ((Ok(by_said), Ok(by_raised)), Ok(by_engine)) = (&legs, &by_engine)
            && by_said == by_raised
            && by_engine.is_none_or(|engine| engine.agrees(*by_said))
        {
            judged.ends.push(*by_said);
            judged.by_engine += usize::from(by_engine.is_some_and(|engine| engine.judged() > 0));
            continue;
        }
        let words = |ends: &Result<Ends, String>| match ends {
            Ok(ends) => ends.to_string(),
            Err(reason) => format!("undecided: {reason}"),
        };
        let engine = match &by_engine {
            Ok(Some(ends)) => ends.to_string(),
            Ok(None) => "not asked".to_owned(),
            Err(reason) => (*reason).clone(),
        };
        let text = format!("sentences: {}\nmanifests: {}\nengine:    {engine}", words(&legs.0), words(&legs.1));
        let ends = legs.0.or(legs.1).unwrap_or(Ends { egress: AtEnd::Open, ingress: AtEnd::Open });
        let cluster = cluster.name.as_deref().map(str::to_owned);
        return Err(Box::new(Disagreement { cluster, flow, legs: text, ends }));
    }
    Ok(judged)
}
