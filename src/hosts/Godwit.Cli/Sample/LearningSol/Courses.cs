using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

internal static class Courses
{
    private static readonly string[] Levels = ["BEGINNER", "INTERMEDIATE", "ADVANCED"];

    public static void Write(SqliteConnection connection, Platform platform)
    {
        var (dice, clock) = (platform.Dice, platform.Clock);
        using var table = new TableWriter(connection, "courses",
            "id", "slug", "title", "description", "level", "price", "rating", "published", "author_id", "prerequisite_id", "created_at", "updated_at", "deleted_at");
        for (var i = 0; i < platform.Courses.Length; i++)
        {
            var created = clock.Rising(i, platform.Courses.Length);
            platform.Courses[i] = platform.Cuid.Next(created);
            var topic = dice.Pick(Words.Topics);
            table.Add(
                platform.Courses[i], $"{topic.Replace(' ', '-')}-{i}", $"Learn {topic} {dice.Pick(Words.Emoji)}", dice.OneIn(8) ? null : Words.Sentence(dice),
                dice.Pick(Levels), Price(dice), dice.OneIn(5) ? null : 1 + 4 * dice.Fraction(), !dice.OneIn(6),
                dice.OneIn(10) ? null : dice.Pick(platform.Users), i > 0 && dice.OneIn(3) ? platform.Courses[dice.Below(i)] : null,
                created, clock.After(created), dice.OneIn(30) ? clock.After(created) : null);
        }
    }

    /// <summary>DECIMAL has numeric affinity: a whole price is stored as INTEGER, any other as REAL.</summary>
    public static object Price(Dice dice) => dice.Below(4) switch
    {
        0 => 0L,
        1 => (long)(10 * dice.Below(30)),
        _ => (100 * dice.Below(200) + 99) / 100.0,
    };
}
