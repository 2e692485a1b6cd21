using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

internal static class UserProgress
{
    public static readonly string[] Columns =
        ["id", "user_id", "lesson_id", "status", "score", "attempts", "code", "gas_used", "completed_at", "created_at", "updated_at"];

    public static void Write(SqliteConnection connection, Platform platform)
    {
        using var table = new TableWriter(connection, "user_progress", Columns);
        for (var i = 0; i < platform.Counts.Progress; i++) table.Add(Make(platform, i));
    }

    private static object?[] Make(Platform platform, int i)
    {
        var (dice, clock) = (platform.Dice, platform.Clock);
        var (user, lesson) = Platform.Pair(i, platform.Users.Length, platform.Lessons.Length);
        var created = clock.Rising(i, platform.Counts.Progress);
        var updated = clock.After(created);
        var done = dice.OneIn(2);
        return
        [
            platform.Cuid.Next(created), platform.Users[user], platform.Lessons[lesson],
            done ? "COMPLETED" : dice.OneIn(3) ? "NOT_STARTED" : "IN_PROGRESS",
            done ? 100 * dice.Fraction() : dice.OneIn(4) ? 0.0 : null, (long)dice.Below(20), Code(dice, i),
            done ? 21_000L + dice.Below(3_000_000) : null, done ? updated : null, created, updated,
        ];
    }

    private static string? Code(Dice dice, int i) => i switch
    {
        0 => Solidity.LongContract(dice, dice.Pick(Words.Given)),
        _ when dice.OneIn(3) => Solidity.Contract(dice, dice.Pick(Words.Given)),
        _ => dice.OneIn(9) ? "" : null,
    };
}
