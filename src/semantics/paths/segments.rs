//! What a look at the segments of patterns decides, without automata: nearly all questions of a project.

use crate::policy::{PathPattern, Segment};
use crate::semantics::values;
use smol_str::SmolStr;

/// How many segments of a rest are tried: their cases double with each.
const MAX_REST: usize = 8;

/// The segments and whether a rest follows, if the segments are what they seem: a literal with a slash or a character that
/// no path has is left to the automata.
fn plain(pattern: &PathPattern) -> Option<(&[Segment], bool)> {
    let odd = |character: char| matches!(character, '/' | '?') || character.is_control();
    match pattern {
        PathPattern::Segments { segments, rest } => segments
            .iter()
            .all(|segment| {
                matches!(segment, Segment::One) || matches!(segment, Segment::Literal(text) if !text.contains(odd))
            })
            .then_some((segments.as_slice(), *rest)),
        PathPattern::Matching(_) => None,
    }
}

/// Whether this is a pattern of segments of which the functions below can tell.
pub(super) fn is_plain(pattern: &PathPattern) -> bool {
    plain(pattern).is_some()
}

/// The shortest path that fits `inner` and none of `outers`, one that begins with a slash before any other; or that there
/// is none. Nothing is said if one of them is no pattern of segments, or there are too many cases.
///
/// Of each segment that may be anything it is enough to try a text that no literal of `outers` has at this place, and in
/// the rest the empty text: whatever takes the former takes every text that is not empty. A rest that has more segments
/// than any of `outers` has is as good as a longer one.
pub(super) fn uncovered(inner: &PathPattern, outers: &[&PathPattern]) -> Option<Option<SmolStr>> {
    let (segments, rest) = plain(inner)?;
    let outers: Vec<_> = outers.iter().map(|outer| plain(outer)).collect::<Option<_>>()?;
    let uncovered = |path: &str| !outers.iter().any(|(segments, rest)| fits(segments, *rest, path));
    let fresh = |place: usize| {
        let taken = |text: &str| {
            let at = |(outer, _): &(&[Segment], bool)| matches!(outer.get(place), Some(Segment::Literal(own)) if own == text);
            outers.iter().any(at)
        };
        values::short().find(|text| !taken(text)).unwrap_or_default()
    };
    let mut head = String::new();
    for (place, segment) in segments.iter().enumerate() {
        head.push('/');
        match segment {
            Segment::Literal(text) => head.push_str(text),
            Segment::One => head.push_str(&fresh(place)),
        }
    }
    if !rest {
        return Some(uncovered(&head).then(|| head.into()));
    }
    let longest = outers.iter().map(|(segments, _)| segments.len()).max().unwrap_or(0);
    let more = longest.saturating_sub(segments.len()) + 1;
    if more > MAX_REST {
        return None;
    }
    let mut paths = vec![head];
    let mut shortest: Option<String> = None;
    for place in segments.len()..segments.len() + more {
        let text = fresh(place);
        paths = paths.iter().flat_map(|path| [format!("{path}/"), format!("{path}/{text}")]).collect();
        let found = paths.iter().filter(|path| uncovered(path)).min_by_key(|path| path.len());
        if let Some(found) = found
            && shortest.as_ref().is_none_or(|shortest| found.len() < shortest.len())
        {
            shortest = Some(found.clone());
        }
    }
    let bare = segments.is_empty().then(|| ["", "a"].into_iter().find(|path| uncovered(path)));
    Some(shortest.map(SmolStr::from).or_else(|| bare.flatten().map(SmolStr::new_static)))
}

/// Whether the path fits; nothing is said of what is no pattern of segments.
pub(super) fn matches(pattern: &PathPattern, path: &str) -> Option<bool> {
    let (segments, rest) = plain(pattern)?;
    Some(fits(segments, rest, path))
}

fn fits(segments: &[Segment], rest: bool, path: &str) -> bool {
    let mut parts = path.split('/');
    // What stands before the first slash.
    let begins = parts.next() == Some("");
    let heads_fit = segments.iter().all(|segment| match (segment, parts.next()) {
        (Segment::Literal(text), Some(part)) => text == part,
        (Segment::One, Some(part)) => !part.is_empty(),
        (_, None) => false,
    });
    match (segments, rest) {
        ([], true) => true,
        ([], false) => path.is_empty(),
        _ => begins && heads_fit && parts.next().is_some() == rest,
    }
}

/// The pattern of what fits both, or that nothing does; nothing is said of what is no pattern of segments.
pub(super) fn intersection(a: &PathPattern, b: &PathPattern) -> Option<Option<PathPattern>> {
    let ((a, a_rest), (b, b_rest)) = (plain(a)?, plain(b)?);
    let (short, short_rest, long, long_rest) =
        if a.len() <= b.len() { (a, a_rest, b, b_rest) } else { (b, b_rest, a, a_rest) };
    let lengths_fit = match (short_rest, long_rest) {
        (true, true) => true,
        (true, false) => short.len() < long.len() || short.is_empty(),
        (false, false) => short.len() == long.len(),
        (false, true) => short.is_empty() && long.is_empty(),
    };
    let heads_fit = || {
        short.iter().zip(long).all(|pair| match pair {
            (Segment::Literal(a), Segment::Literal(b)) => a == b,
            (Segment::One, Segment::Literal(text)) | (Segment::Literal(text), Segment::One) => !text.is_empty(),
            (Segment::One, Segment::One) => true,
        })
    };
    if !lengths_fit || !heads_fit() {
        return Some(None);
    }
    let heads = short.iter().zip(long).map(|(a, b)| if *a == Segment::One { b } else { a });
    let segments = heads.chain(long.iter().skip(short.len())).cloned().collect();
    Some(Some(PathPattern::Segments { segments, rest: short_rest && long_rest }))
}
