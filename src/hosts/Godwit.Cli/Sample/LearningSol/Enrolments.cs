using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

internal static class Enrolments
{
    /// <summary>Enrolments that were made last and deleted: AUTOINCREMENT never gives their numbers again.</summary>
    public const int DeletedAtTheEnd = 17;

    private static readonly string[] States = ["ACTIVE", "ACTIVE", "ACTIVE", "COMPLETED", "CANCELLED"];

    public static void Write(SqliteConnection connection, Platform platform)
    {
        var (dice, clock) = (platform.Dice, platform.Clock);
        var rows = platform.Counts.Enrolments;
        using (var table = new TableWriter(connection, "enrolments", "user_id", "course_id", "status", "paid", "created_at", "deleted_at"))
        {
            for (var i = 0; i < rows; i++)
            {
                var (user, course) = Platform.Pair(i, platform.Users.Length, platform.Courses.Length);
                var created = clock.Rising(i, rows);
                table.Add(platform.Users[user], platform.Courses[course], dice.Pick(States), Courses.Price(dice), created, dice.OneIn(40) ? clock.After(created) : null);
            }
        }

        connection.Execute("UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'enrolments'", DeletedAtTheEnd);
    }
}
