extension Settings where Value == String {
    /// A route that the gateway serves, such as `POST /auth/login`, as the API names it; `ANY` stands for every method.
    /// Where no routes are known (``ModuleRegistry/routes``), any text of that form is taken.
    public static var route: Self {
        let noun = "a route such as POST /auth/login"
        return Settings(shape: .scalar(ScalarShape(.route, noun: noun))) { node, reading in
            guard let scalar = scalar(node, noun, &reading) else { return nil }
            let routes = reading.registry.routes
            if routes.isEmpty ? scalar.text.contains(#/^[A-Z]+ \/\S*$/#) : routes.contains(scalar.text) {
                return scalar.text
            }
            let hint = Suggestion.nearest(to: scalar.text, among: routes).map { ", did you mean '\($0)'?" } ?? ""
            reading.report(expected: noun, found: scalar, hint, at: node.position)
            return nil
        }
    }
}
