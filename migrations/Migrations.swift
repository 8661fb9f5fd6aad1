/// The steps that bring a database to the form this version knows, in order. SQL only; never changed once released.
public enum Migrations {
    /// One step: the number it brings `user_version` to, and its SQL.
    public struct Step: Sendable {
        /// What the step brings `user_version` to, from 1.
        public let version: Int
        /// A script of one or more statements, in UTF-8.
        public let sql: [UInt8]
    }

    /// Every step, ascending from version 1 without a gap.
    public static let all: [Step] = [
        Step(version: 1, sql: PackageResources.v001_initial_sql)
    ]
}
