using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>Sessions in which several learners edit one contract, and who took part.</summary>
internal static class Collaboration
{
    public static void Write(SqliteConnection connection, Platform platform)
    {
        var (dice, clock) = (platform.Dice, platform.Clock);
        using (var table = new TableWriter(connection, "collaboration_session",
            "id", "lesson_id", "host_id", "name", "active", "max_participants", "document", "created_at", "ended_at"))
        {
            for (var i = 0; i < platform.Sessions.Length; i++)
            {
                var created = clock.Rising(i, platform.Sessions.Length);
                platform.Sessions[i] = platform.Cuid.Next(created);
                var active = dice.OneIn(10);
                table.Add(
                    platform.Sessions[i], dice.OneIn(9) ? null : dice.Pick(platform.Lessons), dice.Pick(platform.Users),
                    dice.OneIn(3) ? "" : $"{dice.Pick(Words.Given)} & {dice.Pick(Words.Given)} {dice.Pick(Words.Emoji)}", active, 50L,
                    dice.OneIn(2) ? dice.Bytes(dice.Below(400)) : null, created, active ? null : clock.After(created));
            }
        }

        using var participants = new TableWriter(connection, "collaboration_participant", "session_id", "user_id", "cursor", "joined_at", "left_at");
        for (var i = 0; i < platform.Counts.Participants; i++)
        {
            var (session, user) = Platform.Pair(i, platform.Sessions.Length, platform.Users.Length);
            var joined = clock.Rising(i, platform.Counts.Participants);
            participants.Add(
                platform.Sessions[session], platform.Users[user], dice.OneIn(2) ? $$"""{"line":{{dice.Below(400)}},"column":{{dice.Below(120)}}}""" : null,
                joined, dice.OneIn(8) ? null : clock.After(joined));
        }
    }
}
