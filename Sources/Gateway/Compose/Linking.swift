import GatewayHTTP
import GatewayKit

/// What can only be seen when the whole file is read: settings that do not fit each other.
enum Linking {
    static func problems(of settings: GatewaySettings) -> [ConfigProblem] {
        repeatedStages(settings.pipeline)
    }

    /// A stage that stands twice counts, limits or logs everything twice.
    private static func repeatedStages(_ pipeline: [ModuleChoice<PipelineStage>]) -> [ConfigProblem] {
        pipeline.enumerated().compactMap { index, choice in
            guard let first = pipeline[..<index].first(where: { $0.name == choice.name }) else { return nil }
            let place = first.position.line > 0 ? " in line \(first.position.line)" : ""
            return ConfigProblem(
                .warning, at: choice.position, path: "pipeline[\(index)]",
                "'\(choice.name)' stands in the pipeline already\(place)")
        }
    }
}
