namespace Godwit.Identity.Devices;

internal enum DeviceType
{
    Unknown,
    Mobile,
    Desktop,
    Tablet,
}

/// <summary>
/// What a browser says that it is, for a name that its owner knows again: a hint, since anybody can send any. Only words of our own come out of it, none of the header's, so that nothing of what a client sends stands in a mail
/// or a page. An iPad that asks for desktop pages says that it is a Mac, and is taken for one; versions are left out, because a device is the same after an update.
/// </summary>
/// <param name="Type">What one holds in one's hands.</param>
/// <param name="System">Its operating system, or null.</param>
/// <param name="Browser">Or a program that is none; null when it is unknown.</param>
internal sealed record UserAgent(DeviceType Type, string? System, string? Browser)
{
    /// <summary>Characters that are looked at; what comes after them says nothing.</summary>
    public const int Looked = 512;

    // In this order: a later system's name stands in an earlier one's header.
    private static readonly (string Token, string System)[] s_systems =
    [
        ("Windows Phone", "Windows Phone"), ("Windows", "Windows"), ("iPad", "iPadOS"), ("iPhone", "iOS"), ("iPod", "iOS"), ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("KAIOS", "KaiOS"),
        ("Tizen", "Tizen"), ("Macintosh", "macOS"), ("Mac OS X", "macOS"), ("Darwin/", "macOS"), ("FreeBSD", "FreeBSD"), ("OpenBSD", "OpenBSD"), ("Linux", "Linux"), ("X11", "Linux"),
    ];

    // In this order: nearly all say that they are Chrome and Safari too.
    private static readonly (string Token, string Browser)[] s_browsers =
    [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("Edge/", "Edge"), ("OPR/", "Opera"), ("OPT/", "Opera"), ("OPiOS/", "Opera"), ("Opera", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Vivaldi/", "Vivaldi"),
        ("YaBrowser/", "Yandex Browser"), ("DuckDuckGo/", "DuckDuckGo"), ("Ddg/", "DuckDuckGo"), ("UCBrowser/", "UC Browser"), ("MiuiBrowser/", "Mi Browser"), ("HuaweiBrowser/", "Huawei Browser"), ("Whale/", "Whale"), ("Silk/", "Silk"),
        ("FxiOS/", "Firefox"), ("Focus/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Trident/", "Internet Explorer"), ("MSIE ", "Internet Explorer"), ("Safari/", "Safari"),
        ("curl/", "curl"), ("Wget/", "Wget"), ("PostmanRuntime/", "Postman"), ("okhttp/", "an Android app"), ("CFNetwork/", "an Apple app"), ("Dart/", "an app"), ("python-requests/", "a Python program"), ("Python/", "a Python program"),
        ("Go-http-client/", "a Go program"), ("Java/", "a Java program"), ("axios/", "a Node program"), ("node-fetch/", "a Node program"), ("undici", "a Node program"),
    ];

    /// <summary>Such as <c>Firefox on Windows</c>.</summary>
    public string Name => (Browser, System) switch
    {
        ({ } browser, { } system) => $"{browser} on {system}",
        ({ } browser, null) => browser,
        (null, { } system) => $"A browser on {system}",
        _ => "An unknown device",
    };

    /// <param name="header">The header <c>User-Agent</c>, or null where there is none.</param>
    public static UserAgent Read(string? header)
    {
        var text = header.AsSpan(0, Math.Min(header?.Length ?? 0, Looked));
        var system = Find(text, s_systems);
        return new(TypeOf(text, system), system, Find(text, s_browsers));
    }

    /// <summary>As stored: <c>mobile</c>, <c>desktop</c>, <c>tablet</c>, <c>unknown</c>.</summary>
    public string TypeName => Type switch { DeviceType.Mobile => "mobile", DeviceType.Desktop => "desktop", DeviceType.Tablet => "tablet", _ => "unknown" };

    private static DeviceType TypeOf(ReadOnlySpan<char> text, string? system) => system switch
    {
        "iPadOS" => DeviceType.Tablet,
        // On Android only telephones say Mobile (https://developer.chrome.com/docs/multidevice/user-agent); Firefox says which of the two it is.
        "Android" or "HarmonyOS" => text.Contains("Tablet", StringComparison.Ordinal) || !text.Contains("Mobile", StringComparison.Ordinal) && text.Contains("Mozilla/", StringComparison.Ordinal) ? DeviceType.Tablet : DeviceType.Mobile,
        "iOS" or "Windows Phone" or "KaiOS" or "Tizen" => DeviceType.Mobile,
        null => text.Contains("Mobile", StringComparison.Ordinal) ? DeviceType.Mobile : DeviceType.Unknown,
        _ => DeviceType.Desktop,
    };

    private static string? Find(ReadOnlySpan<char> text, (string Token, string Name)[] words)
    {
        foreach (var (token, name) in words)
        {
            if (text.Contains(token, StringComparison.Ordinal)) return name;
        }
        return null;
    }
}
