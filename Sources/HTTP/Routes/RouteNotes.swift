public import HTTPTypes

/// What documents say about a route beside its summary.
public struct RouteNotes: Hashable, Sendable {
    /// The operation's name in generated clients, such as `logIn`; nil makes one of the method and the path.
    public let operation: String?
    /// The heading that it stands under; nil stands under none.
    public let topic: String?
    /// What the summary leaves out, as sentences; empty where it says all.
    public let details: String
    /// The parameters of the path, in the order of its pattern.
    public let parameters: [PathParameter]
    /// The fields of the request's header that it heeds, beside those of every request.
    public let headers: [HeaderParameter]

    /// States what there is.
    public init(
        _ operation: String? = nil, topic: String? = nil, _ details: String = "", parameters: [PathParameter] = [],
        headers: [HeaderParameter] = []
    ) {
        self.operation = operation
        self.topic = topic
        self.details = details
        self.parameters = parameters
        self.headers = headers
    }
}

/// A parameter of a path: its name, its sentence, and values.
public struct PathParameter: Hashable, Sendable {
    /// Its name, as in the pattern.
    public let name: String
    /// What it is, as a sentence.
    public let summary: String
    /// A value as it may be.
    public let example: String
    /// All values that mean something, where they are few.
    public let values: [String]

    /// States every part.
    public init(_ name: String, _ summary: String, example: String, values: [String] = []) {
        self.name = name
        self.summary = summary
        self.example = example
        self.values = values
    }
}

/// A field of a request's header, which may be left out.
public struct HeaderParameter: Hashable, Sendable {
    /// Its name.
    public let name: HTTPField.Name
    /// What it does, as a sentence.
    public let summary: String
    /// What its value looks like (ECMA-262); nil where that is free.
    public let pattern: String?
    /// A value as it may be.
    public let example: String

    /// States every part.
    public init(_ name: HTTPField.Name, _ summary: String, pattern: String? = nil, example: String) {
        self.name = name
        self.summary = summary
        self.pattern = pattern
        self.example = example
    }
}

/// How a route answers refusals.
public enum RefusalForm: Hashable, Sendable {
    /// As `application/problem+json`.
    case problem
    /// As a page for browsers, which name HTML in their Accept, and as a problem for everybody else.
    case problemOrPage
    /// As its answers state, and in no other way.
    case stated
}
