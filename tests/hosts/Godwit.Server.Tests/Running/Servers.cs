using Godwit.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServers))]

// Figures are the process's: two hosts at a time would count each other's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
