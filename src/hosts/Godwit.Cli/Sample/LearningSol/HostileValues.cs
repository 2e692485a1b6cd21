using System.Text;
using Godwit.Model.Findings;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>A value that PostgreSQL does not hold unchanged, one row each.</summary>
/// <param name="Place">Table and column, joined by a dot.</param>
/// <param name="What">What the row holds.</param>
/// <param name="Code">The finding that a move refuses it with.</param>
public sealed record HostileValue(string Place, string What, FindingCode Code);

/// <summary>The rows of <c>--hostile</c>. Each is what real SQLite files were found to hold: nothing but the application checks a value there.</summary>
public static class HostileValues
{
    private const string Mark = "hostile";

    public static IReadOnlyList<HostileValue> All { get; } =
    [
        new("users.bio", "text with a NUL byte", FindingCodes.NulInText),
        new("users.display_name", "text that is not UTF-8", FindingCodes.InvalidText),
        new("users.last_login_at", "an empty text in a date column", FindingCodes.MixedStorage),
        new("users.date_of_birth", "a date beyond every calendar", FindingCodes.OutOfRange),
        new("users.username", "a unique text of 3,000 random characters, too long for an index", FindingCodes.IndexKeyTooLong),
        new("lessons.duration_minutes", "text in an INTEGER column", FindingCodes.MixedStorage),
        new("lessons.published", "a word that is no boolean", FindingCodes.MixedStorage),
        new("lessons.title", "a BLOB in a TEXT column", FindingCodes.MixedStorage),
        new("enrolments.paid", "text in a DECIMAL column", FindingCodes.MixedStorage),
        new("user_progress.lesson_id", "a row that points at a lesson that is not there", FindingCodes.Orphan),
        new("achievements.title", "NULL in a column declared NOT NULL", FindingCodes.NotNullViolated),
    ];

    internal static void Write(SqliteConnection connection, Platform platform)
    {
        var dice = platform.Dice;
        using (var users = new TableWriter(connection, "users", Users.Columns))
        {
            users.Add(User(1, bio: new RawText("before\0after"u8.ToArray())));
            users.Add(User(2, displayName: new RawText([(byte)'A', 0xc3, 0x28, 0xff])));
            users.Add(User(3, lastLogin: ""));
            users.Add(User(4, born: long.MaxValue));
            users.Add(User(5, username: Convert.ToHexStringLower(dice.Bytes(1500))));
        }

        using (var lessons = new TableWriter(connection, "lessons", Lessons.Columns))
        {
            lessons.Add(Lesson(platform, 1, duration: "about ten"));
            lessons.Add(Lesson(platform, 2, published: "perhaps"));
            lessons.Add(Lesson(platform, 3, title: Encoding.UTF8.GetBytes("a title as bytes")));
        }

        using (var enrolments = new TableWriter(connection, "enrolments", "user_id", "course_id", "paid", "created_at"))
            enrolments.Add(Id(1), platform.Courses[0], "free", SampleClock.Closing);
        using (var progress = new TableWriter(connection, "user_progress", "id", "user_id", "lesson_id", "created_at", "updated_at"))
            progress.Add(Id(10), platform.Users[0], Id(99), SampleClock.Closing, SampleClock.Closing);
        using var achievements = new TableWriter(connection, "achievements", Achievements.Columns);
        achievements.Add(Id(11), Mark, null, null, "{}", 0L, SampleClock.Closing);
    }

    /// <summary>Puts NOT NULL back where <see cref="PrismaSchema.AnyTitle"/> left it out.</summary>
    internal static void RestoreSchema(SqliteConnection connection)
    {
        connection.Execute("PRAGMA writable_schema = ON");
        connection.Execute("UPDATE sqlite_schema SET sql = replace(sql, ?1, ?2) WHERE type = 'table'", PrismaSchema.AnyTitle, PrismaSchema.RequiredTitle);
        connection.Execute("PRAGMA writable_schema = OFF");
    }

    private static string Id(int number) => $"c{Mark}{number:00000000000000000}";

    private static object?[] User(int number, object? bio = null, object? displayName = null, object? lastLogin = null, object? born = null, string? username = null) =>
    [
        Id(number), $"{Mark}{number}@example.org", username ?? $"{Mark}{number}", displayName, "", "STUDENT", bio ?? "", null, "{}", 0L, false, born, lastLogin,
        SampleClock.Closing, SampleClock.Closing, null,
    ];

    private static object?[] Lesson(Platform platform, int number, object? duration = null, object? published = null, object? title = null) =>
    [
        Id(number), platform.Courses[0], (long)(1000 + number), title ?? Mark, "", null, duration, published ?? 0L, SampleClock.Closing, SampleClock.Closing,
    ];
}
