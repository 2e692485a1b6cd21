using Godwit.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServers))]
