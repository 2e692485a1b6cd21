using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>Achievements, and who has which.</summary>
internal static class Achievements
{
    public static readonly string[] Columns = ["id", "code", "title", "icon", "criteria", "points", "created_at"];

    public static void Write(SqliteConnection connection, Platform platform)
    {
        var (dice, clock) = (platform.Dice, platform.Clock);
        using (var table = new TableWriter(connection, "achievements", Columns))
        {
            for (var i = 0; i < platform.Achievements.Length; i++)
            {
                var created = clock.Rising(i, platform.Achievements.Length);
                platform.Achievements[i] = platform.Cuid.Next(created);
                table.Add(
                    platform.Achievements[i], $"ACHIEVEMENT_{i}", $"The {dice.Pick(Words.Adjectives)} one", dice.OneIn(4) ? null : dice.Pick(Words.Emoji),
                    Criteria(dice), (long)(5 * (1 + dice.Below(20))), created);
            }
        }

        using var owned = new TableWriter(connection, "user_achievement", "user_id", "achievement_id", "token_hash", "created_at");
        for (var i = 0; i < platform.Counts.UserAchievements; i++)
        {
            var (user, achievement) = Platform.Pair(i, platform.Users.Length, platform.Achievements.Length);
            owned.Add(platform.Users[user], platform.Achievements[achievement], dice.OneIn(3) ? dice.Bytes(32) : null, clock.Rising(i, platform.Counts.UserAchievements));
        }
    }

    private static string Criteria(Dice dice) =>
        $$"""{ "lessons": {{dice.Below(50)}}, "streak": { "days": {{dice.Below(30)}}, "strict": {{(dice.OneIn(2) ? "true" : "false")}} } }""";
}
