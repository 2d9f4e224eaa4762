import CoreMetrics
import GatewayKit
import HTTPTypes
import Logging
import NIOCore

/// Answers verifications of known credentials on the event loop, before the decoder sees them: no task, no wait, no
/// store. All else falls through to the ordinary path, which would answer the same.
///
/// ``ExpressRequest`` is the shape that it takes, ``ExpressStage`` what stages of the pipeline do to its answers; an
/// endpoint decides, by the function that it decides by on the ordinary path.
final class ExpressLane: Sendable {
    /// An endpoint that is asked here, and what its answers have beside what it decides.
    private final class Stop: Sendable {
        let path: [UInt8]
        let route: RouteDeclaration
        let decide: ExpressDecision
        /// The fields of all its answers, each with the end of its line.
        let fields: [UInt8]
        let takesOrigin: Bool
        let notes: [@Sendable (ExpressAnswer) -> Void]
        let meters: ExpressMeters

        init(
            _ route: RouteDeclaration, at path: String, _ decide: @escaping ExpressDecision, own: HTTPFields,
            _ stages: [ExpressStage], _ meters: RouteMeters
        ) {
            self.route = route
            self.path = Array(path.utf8)
            self.decide = decide
            fields = ExpressLane.fields(own, stages.flatMap { Array($0.fields) })
            takesOrigin = stages.allSatisfy(\.takesOrigin)
            notes = stages.compactMap(\.note)
            self.meters = ExpressMeters(meters)
        }
    }

    private let stops: [Stop]
    private let trustedProxies: TrustedProxies
    private let time: any TimeSource
    private let logger: Logger
    private let identifiers: ExpressIdentifiers

    /// Takes the endpoints that can be asked here, the stages, and what the ordinary path admits by; nil where a stage
    /// decides about all of them, or there are none. Says for which the lane is off.
    init?(
        endpoints: [Endpoint], pipeline: [PipelineStage], meters: RequestMeters, trustedProxies: TrustedProxies,
        time: any TimeSource, random: any RandomSource, logger: Logger
    ) {
        var stops: [Stop] = []
        for endpoint in endpoints {
            guard let decide = endpoint.expressDecision, let path = endpoint.declaration.expressPath else { continue }
            let deciding = pipeline.filter { $0.express(endpoint.declaration) == nil }
            guard deciding.isEmpty else {
                logger.warning(
                    "the express lane is off for this route, since a stage of the pipeline decides about it",
                    metadata: [
                        LogKey.route: "\(path)", LogKey.module: "\(deciding.map(\.name).joined(separator: ", "))",
                    ])
                continue
            }
            stops.append(
                Stop(
                    endpoint.declaration, at: path, decide.decide, own: decide.fields,
                    pipeline.compactMap { $0.express(endpoint.declaration) }, meters.meters(of: endpoint.declaration)))
        }
        guard !stops.isEmpty else { return nil }
        self.stops = stops
        self.trustedProxies = trustedProxies
        self.time = time
        self.logger = logger
        identifiers = ExpressIdentifiers(random: random)
    }

    /// Whether a peer is believed about a request; asked once for each connection.
    func trusts(_ peer: Peer) -> Bool { trustedProxies.trust(peer) }

    /// The answer to bytes that a connection has received with nothing before them unanswered; nil where the ordinary
    /// path must look at them.
    func answer(
        to bytes: ByteBuffer, from peer: Peer, isTrusted: Bool, at desk: inout ExpressDesk
    ) -> ByteBuffer? {
        guard let request = ExpressRequest(bytes), let stop = stop(of: request) else { return nil }
        if !stop.takesOrigin, request.value(.origin) != nil { return nil }
        // The ordinary path warns of a peer that is not believed.
        if !isTrusted, request.value(.forwardedFor) != nil { return nil }
        let begin = time.elapsed()
        let client = ExpressClient(request: request, peer: peer, isTrusted: isTrusted, trustedProxies: trustedProxies)
        guard let identity = stop.decide(request, client) else { return nil }
        desk.answer.clear(minimumCapacity: identity.count + stop.fields.count + 200)
        desk.answer.writeStaticString("HTTP/1.1 200 OK\r\n")
        desk.answer.writeBytes(identity)
        desk.answer.writeBytes(stop.fields)
        desk.answer.writeStaticString("X-Request-ID: ")
        let start = desk.answer.writerIndex
        writeRequestID(of: request, isTrusted, at: &desk)
        let id = start..<desk.answer.writerIndex
        writeDate(at: &desk)
        desk.answer.writeStaticString("\r\n")
        let took = time.elapsed() - begin
        stop.meters.count(request.method, took: took)
        for note in stop.notes {
            let id = String(decoding: desk.answer.readableBytesView[id], as: UTF8.self)
            note(
                ExpressAnswer(
                    route: stop.route, method: request.method.name, client: client, requestID: id, took: took,
                    door: logger))
        }
        return desk.answer
    }

    private func stop(of request: ExpressRequest) -> Stop? {
        let span = request.bytes.readableBytesUInt8Span
        for stop in stops where stop.path.count == request.target.count {
            if span.matches(stop.path, at: request.target.lowerBound) { return stop }
        }
        return nil
    }

    private func writeRequestID(of request: ExpressRequest, _ isTrusted: Bool, at desk: inout ExpressDesk) {
        if isTrusted, let sent = request.text(.requestID), Admission.isSane(requestID: sent) {
            desk.answer.writeString(sent)
        } else {
            identifiers.write(to: &desk.answer, from: &desk.numbers)
        }
    }

    /// The field and the end of its line.
    private func writeDate(at desk: inout ExpressDesk) {
        let now = time.now()
        let second = now.milliseconds / 1000
        if desk.date.second != second { desk.date = (second, Array("\r\nDate: \(now.httpDate)\r\n".utf8)) }
        desk.answer.writeBytes(desk.date.line)
    }

    /// What the route itself states, and what stages add that it does not.
    private static func fields(_ own: HTTPFields, _ added: [HTTPField]) -> [UInt8] {
        var all = own
        all[.contentLength] = "0"
        for field in added where !all.contains(field.name) { all.append(field) }
        return all.flatMap { Array("\($0.name.rawName): \($0.value)\r\n".utf8) }
    }
}

extension RouteDeclaration {
    /// The path that the lane knows it by; nil for one with parameters.
    fileprivate var expressPath: String? { path.isLiteral ? path.description : nil }
}
