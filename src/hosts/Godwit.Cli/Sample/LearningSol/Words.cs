using System.Globalization;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>Names and sentences, from many scripts.</summary>
internal static class Words
{
    public static readonly string[] Given =
    [
        "Anna", "Béla", "Chloë", "Đorđe", "Ελένη", "Фёдор", "गीता", "花子", "伟", "민준", "José", "Zoë", "Łukasz", "محمد", "נועה", "Siobhán", "Ngọc", "Ümit", "Ada", "Mærsk",
    ];

    public static readonly string[] Family =
    [
        "O'Brien", "Nguyễn", "Müller", "García", "Иванова", "Παπαδόπουλος", "शर्मा", "山田", "王", "김", "Smith", "Østergård", "D\"Angelo", "Kowalski", "حسن", "כהן", "Çelik", "van der Berg",
    ];

    public static readonly string[] Topics =
    [
        "storage and memory", "events", "modifiers", "ERC-20 tokens", "reentrancy", "gas", "proxies", "oracles", "signatures", "testing", "mappings", "inheritance", "libraries", "fallback functions",
    ];

    public static readonly string[] Emoji = ["🚀", "🦊", "👩‍💻", "🏆", "🔥", "🇪🇺", "💎", "✅"];

    public static readonly string[] Adjectives = ["quiet", "rapid", "gentle", "brave", "curious", "frozen", "golden", "tiny"];

    /// <summary>Letters and digits only, unique by the number at its end.</summary>
    public static string Username(Dice dice, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{dice.Pick(Adjectives)}_godwit_{number}");

    public static string Sentence(Dice dice) =>
        $"A {dice.Pick(Adjectives)} look at {dice.Pick(Topics)}; \"it's {dice.Pick(Adjectives)}\", 100% \\ {dice.Pick(Emoji)}";

    /// <summary>A text of exactly so many characters, as long as a form of the application allows.</summary>
    public static string OfLength(Dice dice, int characters)
    {
        var text = new System.Text.StringBuilder(characters + 100);
        while (text.Length < characters) text.Append(dice.Pick(Topics)).Append(dice.OneIn(5) ? ".\r\n\t" : ", ");
        return text.ToString(0, characters);
    }
}
