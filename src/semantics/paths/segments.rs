//! What a look at the segments of patterns decides, without automata: nearly all questions of a project.

use crate::policy::{PathPattern, Segment};
use smol_str::SmolStr;

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

/// Whether all of `inner` is sure to be in `outer`: exact for two patterns of segments.
pub(super) fn includes(outer: &PathPattern, inner: &PathPattern) -> bool {
    let (Some((outer, outer_rest)), Some((inner, inner_rest))) = (plain(outer), plain(inner)) else {
        return outer == inner;
    };
    let heads_fit = || {
        outer.iter().zip(inner).all(|(outer, inner)| match (outer, inner) {
            (Segment::Literal(outer), Segment::Literal(inner)) => outer == inner,
            (Segment::One, Segment::Literal(inner)) => !inner.is_empty(),
            (Segment::One, Segment::One) => true,
            (Segment::Literal(_), Segment::One) => false,
        })
    };
    let every = outer.is_empty() && outer_rest;
    let lengths_fit = match (outer_rest, inner_rest) {
        (false, true) => false,
        (false, false) => outer.len() == inner.len(),
        // The rest begins with a slash, so a path without a rest has a segment more.
        (true, false) => outer.len() < inner.len(),
        (true, true) => outer.len() <= inner.len() && !inner.is_empty(),
    };
    every || (lengths_fit && heads_fit())
}

/// The shortest path that fits; nothing is said of what is no pattern of segments.
pub(super) fn shortest(pattern: &PathPattern) -> Option<SmolStr> {
    let (segments, rest) = plain(pattern)?;
    Some(spell(segments, rest && !segments.is_empty()))
}

/// Whether the path fits; nothing is said of what is no pattern of segments.
pub(super) fn matches(pattern: &PathPattern, path: &str) -> Option<bool> {
    let (segments, rest) = plain(pattern)?;
    let mut parts = path.split('/');
    // What stands before the first slash.
    let begins = parts.next() == Some("");
    let heads_fit = segments.iter().all(|segment| match (segment, parts.next()) {
        (Segment::Literal(text), Some(part)) => text == part,
        (Segment::One, Some(part)) => !part.is_empty(),
        (_, None) => false,
    });
    Some(match (segments, rest) {
        ([], true) => true,
        ([], false) => path.is_empty(),
        _ => begins && heads_fit && parts.next().is_some() == rest,
    })
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

/// The segments with the shortest text for each.
fn spell(segments: &[Segment], rest: bool) -> SmolStr {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        path.push_str(match segment {
            Segment::Literal(text) => text,
            Segment::One => "a",
        });
    }
    if rest {
        path.push('/');
    }
    path.into()
}
