import edu.stanford.nlp.ling.CoreLabel;
import edu.stanford.nlp.process.CoreLabelTokenFactory;
import edu.stanford.nlp.process.PTBTokenizer;
import edu.stanford.nlp.process.Tokenizer;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Prints the reference program's tokens of each line of standard input, each
 * line a text of its own with the escapes \n, \\ and \\uXXXX. Build and run it
 * with stanford-corenlp-3.4.1.jar of pycocoevalcap 1.2 on the class path.
 */
public class Oracle {
  public static void main(String[] arguments) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, "UTF-8");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.print(tokens(unescape(line)));
      out.print('\n');
    }
    out.flush();
  }

  private static String tokens(String text) {
    StringBuilder result = new StringBuilder();
    Tokenizer<CoreLabel> tokenizer =
        PTBTokenizer.factory(new CoreLabelTokenFactory(), "tokenizeNLs,invertible=false").getTokenizer(new StringReader(text));
    while (tokenizer.hasNext()) {
      String word = tokenizer.next().word().toLowerCase(Locale.ENGLISH);
      result.append(result.length() > 0 ? " " : "").append(word.equals("*nl*") ? "\\n" : escape(word));
    }
    return result.toString();
  }

  private static String unescape(String line) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        c = line.charAt(++i);
        if (c == 'n') {
          c = '\n';
        } else if (c == 'u') {
          c = (char) Integer.parseInt(line.substring(i + 1, i + 5), 16);
          i += 4;
        }
      }
      text.append(c);
    }
    return text.toString();
  }

  private static String escape(String word) {
    StringBuilder text = new StringBuilder();
    for (char c : word.toCharArray()) {
      if (c == '\\') {
        text.append("\\\\");
      } else if (c < 0x20 || c >= 0x7f && c <= 0x9f || c == 0x2028 || c == 0x2029) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
