public import GatewayKit
public import HTTPTypes
public import Hummingbird
import NIOCore

extension Response {
    /// An answer in JSON.
    public static func json(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.encoded())))
    }
}
