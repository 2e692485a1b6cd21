using System.Text.Json;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

internal static class Users
{
    public const int LongestUsername = 50, LongestEmail = 254, LongestBio = 5000;

    private const long MostXp = long.MaxValue;
    private static readonly string[] Roles = ["STUDENT", "STUDENT", "STUDENT", "STUDENT", "INSTRUCTOR", "ADMIN"];
    private static readonly byte[] PngMagic = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static readonly string[] Columns =
    [
        "id", "email", "username", "display_name", "password", "role", "bio", "avatar", "settings", "xp", "email_verified", "date_of_birth", "last_login_at", "created_at", "updated_at", "deleted_at",
    ];

    public static void Write(SqliteConnection connection, Platform platform)
    {
        using var table = new TableWriter(connection, "users", Columns);
        for (var i = 0; i < platform.Users.Length; i++) table.Add(Make(platform, i));
    }

    private static object?[] Make(Platform platform, int i)
    {
        var (dice, clock) = (platform.Dice, platform.Clock);
        var created = clock.Rising(i, platform.Users.Length);
        var username = Words.Username(dice, i);
        platform.Users[i] = platform.Cuid.Next(created);
        return
        [
            platform.Users[i],
            i == 1 ? new string('e', LongestEmail - 12) + "@example.org" : $"{username}@example.{(dice.OneIn(2) ? "org" : "com")}",
            i == 2 ? new string('u', LongestUsername) : username,
            dice.OneIn(10) ? null : dice.OneIn(20) ? "" : $"{dice.Pick(Words.Given)} {dice.Pick(Words.Family)}",
            "$2b$12$" + Convert.ToBase64String(dice.Bytes(39)).Replace('+', '.'),
            dice.Pick(Roles),
            i == 3 ? Words.OfLength(dice, LongestBio) : dice.OneIn(3) ? Words.Sentence(dice) : "",
            dice.OneIn(4) ? (byte[])[.. PngMagic, .. dice.Bytes(dice.Below(120))] : dice.OneIn(40) ? Array.Empty<byte>() : null,
            Settings(dice),
            i == 4 ? MostXp : (long)dice.Below(90_000),
            !dice.OneIn(5),
            dice.OneIn(3) ? clock.Birthday() : null,
            dice.OneIn(6) ? null : clock.After(created),
            created,
            clock.After(created),
            dice.OneIn(25) ? clock.After(created) : null,
        ];
    }

    private static string Settings(Dice dice) => dice.OneIn(4) ? "{}"
        : $$"""{"theme":"{{(dice.OneIn(2) ? "dark" : "light")}}","fontSize":{{10 + dice.Below(9)}},"motto":"{{JsonEncodedText.Encode(dice.Pick(Words.Emoji))}}","tags":[]}""";
}
