using Godwit.Engine.Runs;
using Godwit.Postgres.Runbooks;
using Npgsql;

namespace Godwit.Postgres.Tests.Runbooks;

public sealed class TargetFaultsTests
{
    [Theory]
    [InlineData("57P01", TargetFault.ConnectionLost)]
    [InlineData("57P02", TargetFault.ConnectionLost)]
    [InlineData("57P03", TargetFault.ConnectionLost)]
    [InlineData("57P05", TargetFault.ConnectionLost)]
    [InlineData("25P03", TargetFault.ConnectionLost)]
    [InlineData("08006", TargetFault.ConnectionLost)]
    [InlineData("53100", TargetFault.ShortOfSpace)]
    [InlineData("57014", TargetFault.StatementTimeout)]
    [InlineData("55P03", TargetFault.LockNotAvailable)]
    [InlineData("42P01", TargetFault.Refused)]
    public void A_session_that_the_server_ended_is_a_connection_that_is_lost(string state, TargetFault fault) =>
        Assert.Equal(fault, TargetFaults.Of(new PostgresException("a message", "ERROR", "ERROR", state)).Fault);
}
