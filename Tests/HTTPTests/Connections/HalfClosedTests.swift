import GatewayHTTP
import HTTPTypes
import Testing

/// A client may end its side behind its request, and reads on (RFC 9112, section 9.6).
@Suite(.timeLimit(.minutes(5))) struct HalfClosedTests {
    /// More than the system keeps for a connection, so that most of it waits when the client's end is seen.
    private static let length = 16 << 20

    @Test(arguments: [false, true], ["", "Connection: close\r\n"])
    func `a client that ends its side gets its whole answer`(isAnswering: Bool, header: String) async throws {
        var doors = Doors()
        doors.endpoints.append(
            Endpoint(Route(.get, "/long", "Says much.", answers: [])) { _, _, _ in
                String(repeating: "a", count: Self.length)
            })
        let answer = try await withListener(doors, limits: Listener.Limits(requestTimeout: .seconds(600))) { address in
            try await address.exchange(
                "GET /long HTTP/1.1\r\nHost: a\r\n\(header)\r\n", endingBehindAnswerBegins: isAnswering)
        }
        let body = answer.utf8.count - Self.length
        #expect(body > 0, "so much more than the body came")
    }
}
