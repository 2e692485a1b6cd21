using Godwit.Http.Settings;
using Godwit.Identity.Settings;

namespace Godwit.Identity.Sms;

/// <summary>
/// The words of text messages. The last line binds the code to where it may be typed (WICG, "Origin-bound one-time codes"): browsers offer it there and nowhere else.
/// </summary>
internal sealed class SmsTexts(SettingValues settings)
{
    private readonly string _service = settings.Text(IdentitySettings.ServiceName.Name);
    private readonly string _host = new Uri(settings.TextOrNull(IdentitySettings.PublicUrl) ?? "http://localhost:8080").Host;

    public string Code(string code) => $"{code} is your code for {_service}. Give it to nobody.\n\n@{_host} #{code}";
}
