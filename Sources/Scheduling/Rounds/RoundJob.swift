import EventEngine

/// A job whose work is a number of steps, on a gang of devices of one kind at a time.
public struct RoundJob: Equatable, Sendable {
    /// A stretch of a job over which a step costs the same.
    ///
    /// A job has several where its batch size changes as it trains; most have one.
    public struct Stage: Equatable, Sendable {
        /// Steps of the stage.
        public var steps: Int64
        /// Steps that one unit of work takes in this stage. Units make stages comparable: a unit may be an epoch, of
        /// which a larger batch needs fewer steps. What is left of a job, as its policy is told, is its units in steps
        /// of the present stage: a scheduler does not know the stages ahead.
        public var stepsPerUnit: Double
        /// Steps per second of the whole gang on each kind of device; 0 where the job does not fit.
        public var stepsPerSecond: [Double]

        /// A stage; `stepsPerUnit` matters only beside other stages.
        public init(steps: Int64, stepsPerUnit: Double = 1, stepsPerSecond: [Double]) {
            self.steps = steps
            self.stepsPerUnit = stepsPerUnit
            self.stepsPerSecond = stepsPerSecond
        }
    }

    /// The job's name in results.
    public var name: String
    /// When it arrives.
    public var submitted: Nanoseconds
    /// Devices it runs on, all or none.
    public var gang: Int
    /// How much it counts in a fair division, relative to the others.
    public var weight: Double
    /// The stages, at least one, each with at least one step.
    public var stages: [Stage]

    /// A job of several stages.
    public init(name: String, submitted: Nanoseconds, gang: Int, weight: Double = 1, stages: [Stage]) {
        self.name = name
        self.submitted = submitted
        self.gang = gang
        self.weight = weight
        self.stages = stages
    }
}
