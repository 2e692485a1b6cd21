using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Tests.Connections;

public sealed class ServerIdentityTests
{
    [Theory]
    [InlineData("PostgreSQL 15.0 on x86_64-pc-linux-gnu, compiled by gcc, 64-bit", 150000, null)]
    [InlineData("PostgreSQL 18.4 on x86_64-pc-linux-gnu", 180004, null)]
    [InlineData("PostgreSQL 14.11 (Debian 14.11-1)", 140011, "PostgreSQL 14")]
    [InlineData("PostgreSQL 9.6.24", 90624, "PostgreSQL 9")]
    [InlineData("CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)", 130000, "CockroachDB")]
    [InlineData("PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64", 150002, "YugabyteDB")]
    [InlineData("PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0.12103", 80002, "Redshift")]
    [InlineData("PostgreSQL 9.5-RisingWave-1.7.0", 90500, "RisingWave")]
    [InlineData("MonsterDB 17", 170000, "something else")]
    [InlineData("", 0, "something else")]
    public void Only_PostgreSQL_15_or_later_will_do(string text, int version, string? named)
    {
        var refusal = new ServerIdentity(text, version, InRecovery: false, ReadOnly: false).Refusal();
        Assert.Equal(named is null, refusal is null);
        if (refusal is null)
            return;
        Assert.Equal(FindingCodes.NotPostgres, refusal.Code);
        Assert.Contains(named!, refusal.Message);
    }
}
