import GatewayKit
import HTTPTypes
import Hummingbird
import NIOCore

/// A format that bodies are taken in.
public enum BodyFormat: String, Hashable, Sendable {
    /// JSON, read strictly.
    case json = "application/json"
    /// A form as browsers and OAuth2 clients send it.
    case form = "application/x-www-form-urlencoded"

    /// The body as an object, a form's values as strings.
    func members(of body: [UInt8]) throws(Problem) -> JSONValue {
        switch self {
        case .form: return .object(try FormReader.read(body))
        case .json:
            let value = try Self.json(body)
            guard value.object != nil else { throw .malformedRequest("The body must be a JSON object.") }
            return value
        }
    }

    private static func json(_ body: [UInt8]) throws(Problem) -> JSONValue {
        do throws(JSONRefusal) {
            return try JSONValue(strictly: body)
        } catch {
            throw .malformedRequest("The body is not JSON that this gateway takes: \(error).")
        }
    }
}

/// What the header fields say about a body.
public enum BodyType: Hashable, Sendable {
    /// It has this format.
    case stated(BodyFormat)
    /// There is no Content-Type.
    case absent

    /// Reads Content-Type and Content-Encoding; throws ``Problem`` for anything but one accepted type in UTF-8.
    init(of headers: HTTPFields, accepted: [BodyFormat]) throws(Problem) {
        let encoding = headers[.contentEncoding]?.asciiLowercased ?? "identity"
        guard encoding == "identity" else { throw .unsupportedMediaType(accepted: accepted) }
        guard let text = headers[.contentType] else {
            self = .absent
            return
        }
        let parts = text.asciiLowercased.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        guard let format = BodyFormat(rawValue: parts[0]), accepted.contains(format),
            parts.dropFirst().allSatisfy({
                !$0.hasPrefix("charset") || $0 == "charset=utf-8" || $0 == "charset=\"utf-8\""
            })
        else { throw .unsupportedMediaType(accepted: accepted) }
        self = .stated(format)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension Request {
    /// Whether there is a body, as far as the header fields tell (RFC 9112, section 6.3).
    var hasBody: Bool {
        if headers[.transferEncoding] != nil { return true }
        return headers[.contentLength].map { $0 != "0" } ?? false
    }

    /// The whole body, which stays in the request; throws ``Problem`` above the limit, before reading anything where
    /// the length is stated.
    mutating func bodyBytes(upTo limit: Int) async throws -> [UInt8] {
        if let stated = headers[.contentLength].flatMap(Int.init), stated > limit {
            throw Problem.bodyTooLarge(limit: limit)
        }
        do {
            return Array(buffer: try await collectBody(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: limit)
        }
    }
}
