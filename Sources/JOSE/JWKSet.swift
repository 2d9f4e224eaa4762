import GatewayKit

/// The keys of another issuer (RFC 7517, section 5), every one of them fit to be trusted.
public struct JWKSet: Sendable {
    /// The greatest length of a key set's text in bytes.
    public static let maximumLength = 262_144

    /// The keys, in the order of the text.
    public let keys: [JWK]
    /// Where they stand, by the bytes of their `kid`; Swift compares texts by what they look like.
    private let places: [[UInt8]?: Int]

    /// Reads a key set, with secrets only where the text is the operator's own; throws ``UnfitKeySet`` with everything
    /// that is wrong, for a set with one unfit key is not trusted in the others.
    public init(_ text: [UInt8], allowingSymmetric: Bool) throws(UnfitKeySet) {
        let members = try Self.members(of: text)
        var (keys, places, problems): ([JWK], [[UInt8]?: Int], [UnfitKeySet.Problem]) = ([], [:], [])
        for (index, member) in members.enumerated() {
            do throws(UnfitKey) {
                let key = try JWK(member)
                if let first = keys.first, first.key.algorithm.isSymmetric != key.key.algorithm.isSymmetric {
                    throw UnfitKey("symmetric beside asymmetric keys")
                }
                guard allowingSymmetric || !key.key.algorithm.isSymmetric else {
                    throw UnfitKey("symmetric, which only a local file may hold")
                }
                guard places.updateValue(keys.count, forKey: key.id.map { Array($0.utf8) }) == nil else {
                    throw UnfitKey("an earlier key has the same 'kid'")
                }
                keys.append(key)
            } catch {
                problems.append(UnfitKeySet.Problem(index: index, reason: error.reason))
            }
        }
        guard problems.isEmpty else { throw UnfitKeySet(problems: problems) }
        self.keys = keys
        self.places = places
    }

    /// The key of exactly that id; a token that names none is checked by the one key that has none.
    public func key(_ id: String?) -> JWK? { places[id.map { Array($0.utf8) }].map { keys[$0] } }

    private static func members(of text: [UInt8]) throws(UnfitKeySet) -> [JSONValue] {
        guard text.count <= maximumLength else { throw UnfitKeySet("longer than 256 KiB") }
        let value: JSONValue
        do throws(JSONRefusal) {
            value = try JSONValue(strictly: text, depth: 16)
        } catch {
            throw UnfitKeySet("not strict JSON: \(error)")
        }
        guard value.object != nil else { throw UnfitKeySet("not a JSON object") }
        guard let members = value["keys"]?.array else { throw UnfitKeySet("'keys' is not a list of keys") }
        return members
    }
}

/// Why a key set is refused: every key that is unfit, by its position, and nothing of what it says.
public struct UnfitKeySet: Error, Hashable, CustomStringConvertible {
    /// Something wrong.
    public struct Problem: Hashable, Sendable {
        /// Which key it is, counted from 0; nil for the whole set.
        public let index: Int?
        /// What is wrong with it.
        public let reason: String
    }

    /// All that is wrong, in the order of the text.
    public let problems: [Problem]

    init(problems: [Problem]) { self.problems = problems }

    init(_ reason: String) { problems = [Problem(index: nil, reason: reason)] }

    /// The first few problems, such as `keys[1]: even RSA exponent`.
    public var description: String {
        let shown = problems.prefix(8).map { problem in
            (problem.index.map { "keys[\($0)]: " } ?? "") + problem.reason
        }
        let rest = problems.count - shown.count
        return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "; ")
    }
}
