#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace ablate::bench {

// Another program that answers each line on its standard input with one on its standard output.
class PeerProcess {
  public:
    // `longest`: bytes of an answer at most.
    explicit PeerProcess(const std::vector<std::string>& command, std::size_t longest = 256) : line_(longest) {
        int to_peer[2], from_peer[2];
        if (pipe(to_peer) != 0 || pipe(from_peer) != 0) throw std::runtime_error("no pipe");
        child_ = fork();
        if (child_ < 0) throw std::runtime_error("no process");
        if (child_ == 0) {
            dup2(to_peer[0], STDIN_FILENO);
            dup2(from_peer[1], STDOUT_FILENO);
            for (const int end : {to_peer[0], to_peer[1], from_peer[0], from_peer[1]}) close(end);
            std::vector<char*> arguments;
            for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
            arguments.push_back(nullptr);
            execvp(arguments[0], arguments.data());
            _exit(127);
        }
        close(to_peer[0]);
        close(from_peer[1]);
        in_ = fdopen(to_peer[1], "w");
        out_ = fdopen(from_peer[0], "r");
    }
    ~PeerProcess() {
        std::fclose(in_);  // the peer reads the end of its input and leaves
        std::fclose(out_);
        waitpid(child_, nullptr, 0);
    }
    PeerProcess(const PeerProcess&) = delete;
    PeerProcess& operator=(const PeerProcess&) = delete;

    void ask() {
        std::fputs("\n", in_);
        std::fflush(in_);
    }
    std::string answer() {
        if (!std::fgets(line_.data(), static_cast<int>(line_.size()), out_))
            throw std::runtime_error("the peer ended early");
        return line_.data();
    }

  private:
    std::vector<char> line_;
    pid_t child_;
    std::FILE *in_, *out_;
};

}  // namespace ablate::bench
