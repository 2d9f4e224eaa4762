import HTTPTypes
import Hummingbird
import NIOCore

extension Endpoint {
    /// `GET /metrics`, for the operations listener: what `text` gives, under its own content type.
    public static func metrics(
        contentType: String, text: @escaping @Sendable () async -> String
    ) -> Endpoint {
        let route = Route(
            .get, "/metrics", "Shows what the gateway counts, for Prometheus.",
            answers: [.init(.ok, "All metrics in Prometheus' text format.")])
        return Endpoint(route) { _, _, _ in
            Response(
                status: .ok, headers: [.contentType: contentType, .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: await text())))
        }
    }
}
