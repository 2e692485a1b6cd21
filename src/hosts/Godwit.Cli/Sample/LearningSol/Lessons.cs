using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

internal static class Lessons
{
    public static readonly string[] Columns = ["id", "course_id", "position", "title", "content", "starter_code", "duration_minutes", "published", "created_at", "updated_at"];

    public static void Write(SqliteConnection connection, Platform platform)
    {
        var (dice, clock) = (platform.Dice, platform.Clock);
        var each = platform.Lessons.Length / platform.Courses.Length;
        using var table = new TableWriter(connection, "lessons", Columns);
        for (var i = 0; i < platform.Lessons.Length; i++)
        {
            var created = clock.Rising(i, platform.Lessons.Length);
            platform.Lessons[i] = platform.Cuid.Next(created);
            table.Add(
                platform.Lessons[i], platform.Courses[i / each], (long)(i % each + 1), $"{i % each + 1}. {dice.Pick(Words.Topics)}",
                "# " + Words.OfLength(dice, 200 + dice.Below(2000)), dice.OneIn(3) ? null : Solidity.Contract(dice, dice.Pick(Words.Given)),
                dice.OneIn(7) ? null : (long)(5 + dice.Below(90)), !dice.OneIn(5), created, clock.After(created));
        }
    }
}
