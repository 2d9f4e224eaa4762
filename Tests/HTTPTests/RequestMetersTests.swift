import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@Suite struct RequestMetersTests {
    @Test func `requests are counted by what they mean, never by what they say`() async throws {
        var doors = Doors()
        let metrics = doors.metrics
        doors.endpoints.append(Doors.fault { Problem.notFound })
        _ = try await doors.answer(.get, "/things/secret?secret")
        _ = try await doors.answer(.head, "/things/other")
        _ = try await doors.answer(.patch, "/things/secret")
        _ = try await doors.answer(.get, "/secret")
        _ = try await doors.answer(try #require(HTTPRequest.Method("SECRET")), "/verify")
        _ = try await doors.answer(.get, "/fault")
        let name = "auth_gateway_http_requests_total"
        #expect(
            metrics.series.filter { $0.hasPrefix(name) } == [
                name + #"{method="GET",route="-",status="404"}"#, name + #"{method="GET",route="/fault",status="404"}"#,
                name + #"{method="GET",route="/things/{id}",status="200"}"#,
                name + #"{method="HEAD",route="/things/{id}",status="200"}"#,
                name + #"{method="PATCH",route="/things/{id}",status="405"}"#,
                name + #"{method="other",route="/verify",status="200"}"#,
            ])
        #expect(!"\(metrics.series)".lowercased().contains("secret"))
        #expect(metrics.value(name, ["method": "GET", "route": "-", "status": "404"]) == 1)
    }

    @Test func `a door that is made while a request is in flight leaves it counted`() async throws {
        var doors = Doors()
        let metrics = doors.metrics
        let name = "auth_gateway_http_requests_in_flight"
        let others = Doors(metrics: metrics)
        doors.endpoints = [
            Endpoint(Route(.get, "/slow", "Is slow.", answers: [])) { _, _, _ in
                _ = try others.frontDoor()
                #expect(metrics.value(name) == 1)
                return "done"
            }
        ]
        _ = try await doors.answer(.get, "/slow")
        #expect(metrics.value(name) == 0)
    }

    @Test func `each is timed under its route, and counts as in flight until it is answered`() async throws {
        var doors = Doors()
        let (metrics, time) = (doors.metrics, doors.time)
        doors.endpoints = [
            Endpoint(Route(.get, "/slow", "Is slow.", answers: [])) { _, _, _ in
                #expect(metrics.value("auth_gateway_http_requests_in_flight") == 1)
                time.advance(by: .milliseconds(250))
                return "slow"
            }
        ]
        _ = try await doors.answer(.get, "/slow")
        #expect(metrics.recorded("auth_gateway_http_request_duration_seconds", ["route": "/slow"]) == [0.25])
        #expect(metrics.value("auth_gateway_http_requests_in_flight") == 0)
    }

    @Test func `a store that is away is said once a minute, however many ask`() async throws {
        struct Away: Error {}
        let doors = Doors(endpoints: [Doors.fault { StorageError.unavailable(cause: Away()) }])
        let door = try doors.frontDoor()
        let levels = try await Application(responder: door).test(.router) { client in
            for pause in [0, 59, 1] {
                doors.time.advance(by: .seconds(pause))
                _ = try await client.executeRequest(uri: "/fault", method: .get, headers: [:], body: nil)
            }
            return doors.log.lines.map(\.level)
        }
        #expect(levels == [.warning, .debug, .warning])
    }
}
