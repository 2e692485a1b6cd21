using System.Security.Cryptography;
using System.Text;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>Prisma's own record of the migrations that made the schema.</summary>
internal static class PrismaMigrations
{
    private static readonly string[] Names =
    [
        "20230115090000_init", "20230302141530_achievements", "20230719080405_enrolments",
        "20231111111111_collaboration", "20240229120000_soft_delete", "20250101000000_gas_used",
    ];

    public static void Write(SqliteConnection connection, Platform platform)
    {
        using var table = new TableWriter(connection, "_prisma_migrations", "id", "checksum", "finished_at", "migration_name", "logs", "rolled_back_at", "started_at", "applied_steps_count");
        for (var i = 0; i < Names.Length; i++)
        {
            var started = platform.Clock.Rising(i, Names.Length);
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PrismaSchema.Tables[i])));
            // Version 4 and its variant, as Prisma writes them.
            var id = new Guid(platform.Dice.Bytes(16)).ToString();
            table.Add(id[..14] + "4" + id[15..19] + "a" + id[20..], checksum, started + 40 + i, Names[i], null, null, started, 1L);
        }
    }
}
