import GatewayKit

/// A route's path as it is declared: `/auth/me`, `/auth/reset-password/{token}`, or `/auth/verify/envoy/**` for every
/// path that begins so.
public struct RoutePattern: Hashable, Sendable, CustomStringConvertible {
    /// The pattern's text, which is what logs and documents show.
    public let description: String
    /// The names in braces, in their order.
    public let parameters: [String]
    let segments: [Segment]

    /// One step of a pattern.
    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter
        case suffix
    }

    /// Takes a pattern; one without a leading slash or with `**` before its end is a mistake in the program.
    public init(_ text: String) {
        precondition(text.hasPrefix("/"), "a route begins with a slash")
        description = text
        let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        parameters = parts.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        segments = parts.map { part in
            part == "**" ? .suffix : part.hasPrefix("{") && part.hasSuffix("}") ? .parameter : .literal(String(part))
        }
        precondition(!segments.dropLast().contains(.suffix), "** ends a route")
    }

    /// The pattern as OpenAPI writes it, which has no word for the rest of a path but a parameter.
    package var documented: String { segments.last == .suffix ? description.dropLast(2) + "{path}" : description }

    /// The parameters in it.
    package var documentedParameters: [String] { segments.last == .suffix ? parameters + ["path"] : parameters }

    /// Whether the pattern is one path and no more.
    var isLiteral: Bool { segments.allSatisfy { if case .literal = $0 { true } else { false } } }

    /// The pattern without its `/**`, when it has one.
    var beforeSuffix: String? { segments.last == .suffix ? String(description.dropLast(3)) : nil }

    /// Whether a path is of this pattern, byte by byte: nothing is decoded, folded or collapsed, and a parameter is
    /// never empty. The path's segments are what stands between its slashes.
    func matches(_ path: [Substring]) -> Bool {
        guard path.count == segments.count || (segments.last == .suffix && path.count > segments.count) else {
            return false
        }
        return zip(segments, path).allSatisfy { segment, part in
            switch segment {
            case .literal(let text): text.utf8.elementsEqual(part.utf8)
            case .parameter: !part.isEmpty
            case .suffix: true
            }
        }
    }

    /// Whether this pattern is tried before the other: literals first, suffixes last.
    func isMoreSpecific(than other: Self) -> Bool {
        for (left, right) in zip(segments, other.segments) where left.rank != right.rank {
            return left.rank < right.rank
        }
        return segments.count > other.segments.count
    }
}

extension RoutePattern.Segment {
    fileprivate var rank: Int {
        switch self {
        case .literal: 0
        case .parameter: 1
        case .suffix: 2
        }
    }
}
